# The public names, each once: type checkers and editors read this file, and `__init__.py` loads from it.
from .common import collections as collections, http as http
from .common.control import as_ as as_, assert_ as assert_, combine as combine, fn_if as fn_if, group as group
from .common.cursor import cursor as cursor
from .common.data import (
    data_path as data_path,
    data_value as data_value,
    field as field,
    fields as fields,
    index as index,
    join as join,
    merge as merge,
    source as source,
    source_value as source_value,
)
from .common.http.errors import HttpError as HttpError
from .common.lists import array_to_string as array_to_string, chunk as chunk, to_array as to_array
from .common.log import debug as debug, log as log
from .common.loop import each as each, map_ as map_, try_each as try_each
from .common.objects import json_value as json_value, split_keys as split_keys
from .common.references import last_reference_value as last_reference_value, reference_path as reference_path
from .common.rows.csv import parse_csv as parse_csv
from .common.schema import validate as validate
from .common.text import human_proper as human_proper, scrub_emojis as scrub_emojis
from .common.times import local_time as local_time
from .core.errors import (
    AdaptorError as AdaptorError,
    ConditionIsText as ConditionIsText,
    ConfigurationError as ConfigurationError,
    DeliveryUnknown as DeliveryUnknown,
    InvalidMessage as InvalidMessage,
    InvalidValue as InvalidValue,
    ItemsFailed as ItemsFailed,
    JobError as JobError,
    LazyStateError as LazyStateError,
    MissingReference as MissingReference,
    NotSent as NotSent,
    UnreadableRow as UnreadableRow,
    WrongCall as WrongCall,
)
from .core.execute import execute as execute
from .core.operation import Operation as Operation, fn as fn
from .core.own_operation import operation as operation
from .core.state import State as State, compose_next_state as compose_next_state
from .core.values.arguments import expand_references as expand_references
from .core.values.lazy import state as state
from .core.version import __version__ as __version__
from .graph.answers.errors import (
    GraphError as GraphError,
    InvalidRequest as InvalidRequest,
    PermissionMissing as PermissionMissing,
    PolicyBlocked as PolicyBlocked,
    RateLimited as RateLimited,
    RecipientUnavailable as RecipientUnavailable,
    TemporaryFailure as TemporaryFailure,
    TokenInvalid as TokenInvalid,
    WindowClosed as WindowClosed,
)
from .graph.batch import batch as batch
from .graph.graph_request import graph_request as graph_request
from .messenger.broadcast.operation import broadcast as broadcast
from .messenger.content.button import button_template as button_template
from .messenger.content.buttons import (
    account_link_button as account_link_button,
    account_unlink_button as account_unlink_button,
    call_button as call_button,
    game_play_button as game_play_button,
    postback_button as postback_button,
    url_button as url_button,
)
from .messenger.content.coupon import coupon_template as coupon_template
from .messenger.content.feedback import (
    customer_feedback_template as customer_feedback_template,
    feedback_question as feedback_question,
)
from .messenger.content.forms import (
    customer_information_template as customer_information_template,
    instant_form_template as instant_form_template,
)
from .messenger.content.generic import element as element, generic_template as generic_template
from .messenger.content.image_grid import grid_image as grid_image, image_grid_template as image_grid_template
from .messenger.content.media import media_template as media_template
from .messenger.content.product import product_template as product_template
from .messenger.content.quick_replies import (
    quick_reply as quick_reply,
    quick_reply_email as quick_reply_email,
    quick_reply_phone as quick_reply_phone,
)
from .messenger.content.receipt import receipt_element as receipt_element, receipt_template as receipt_template
from .messenger.page.app import (
    create_subscription as create_subscription,
    debug_token as debug_token,
    delete_subscription as delete_subscription,
    list_subscriptions as list_subscriptions,
)
from .messenger.page.comments import reply_to_comment as reply_to_comment
from .messenger.page.notifications import list_notification_tokens as list_notification_tokens
from .messenger.page.page import (
    get_insights as get_insights,
    get_page as get_page,
    list_feature_reviews as list_feature_reviews,
    list_subscribed_apps as list_subscribed_apps,
    set_nlp_configs as set_nlp_configs,
    subscribe_app as subscribe_app,
    unsubscribe_app as unsubscribe_app,
)
from .messenger.page.stickers import (
    list_sticker_packs as list_sticker_packs,
    list_stickers as list_stickers,
    search_stickers as search_stickers,
)
from .messenger.page.welcome_flows import (
    create_welcome_message_flow as create_welcome_message_flow,
    delete_welcome_message_flow as delete_welcome_message_flow,
    list_welcome_message_flows as list_welcome_message_flows,
    update_welcome_message_flow as update_welcome_message_flow,
)
from .messenger.people.blocked import list_blocked_users as list_blocked_users
from .messenger.people.conversations import (
    get_conversation as get_conversation,
    get_message as get_message,
    list_conversations as list_conversations,
    list_messages as list_messages,
)
from .messenger.people.labels import (
    assign_label as assign_label,
    create_label as create_label,
    delete_label as delete_label,
    get_label as get_label,
    list_labels as list_labels,
    list_user_labels as list_user_labels,
    remove_label as remove_label,
)
from .messenger.people.people import (
    block_user as block_user,
    get_account_link as get_account_link,
    get_user_profile as get_user_profile,
    moderate_conversations as moderate_conversations,
    unblock_user as unblock_user,
    unlink_account as unlink_account,
)
from .messenger.people.personas import (
    create_persona as create_persona,
    delete_persona as delete_persona,
    get_persona as get_persona,
    list_personas as list_personas,
)
from .messenger.people.routing import (
    extend_thread_control as extend_thread_control,
    get_messaging_feature_status as get_messaging_feature_status,
    get_thread_owner as get_thread_owner,
    pass_thread_control as pass_thread_control,
    release_thread_control as release_thread_control,
    request_thread_control as request_thread_control,
    take_thread_control as take_thread_control,
)
from .messenger.profile.builders import ice_breaker as ice_breaker, menu_item as menu_item
from .messenger.profile.properties import (
    delete_messenger_profile as delete_messenger_profile,
    get_messenger_profile as get_messenger_profile,
    set_account_linking_url as set_account_linking_url,
    set_commands as set_commands,
    set_get_started as set_get_started,
    set_greeting as set_greeting,
    set_ice_breakers as set_ice_breakers,
    set_messenger_profile as set_messenger_profile,
    set_persistent_menu as set_persistent_menu,
    set_whitelisted_domains as set_whitelisted_domains,
)
from .messenger.profile.user_menu import (
    delete_user_menu as delete_user_menu,
    get_user_menu as get_user_menu,
    set_user_menu as set_user_menu,
)
from .messenger.send.attachments import upload_attachment as upload_attachment
from .messenger.send.images_and_stickers import send_images as send_images, send_sticker as send_sticker
from .messenger.send.media import (
    send_audio as send_audio,
    send_file as send_file,
    send_image as send_image,
    send_video as send_video,
)
from .messenger.send.sender_actions import (
    mark_seen as mark_seen,
    react as react,
    typing_off as typing_off,
    typing_on as typing_on,
    unreact as unreact,
)
from .messenger.send.text_and_templates import (
    post_message as post_message,
    private_reply as private_reply,
    send_message as send_message,
    send_template as send_template,
    send_text as send_text,
)
from .messenger.send.utility import send_utility as send_utility
from .messenger.templates.builders import (
    template_body as template_body,
    template_buttons as template_buttons,
    template_header as template_header,
)
from .messenger.templates.copies import copy_message_template as copy_message_template
from .messenger.templates.pictures import upload_template_image as upload_template_image
from .messenger.templates.utility_templates import (
    create_message_template as create_message_template,
    delete_message_template as delete_message_template,
    get_message_template as get_message_template,
    list_message_templates as list_message_templates,
    search_template_library as search_template_library,
    update_message_template as update_message_template,
)

__all__: list[str]
_MODULES: dict[str, str]
