"""The Messenger profile of a Page: what people see before the first message, and the menu that is always there.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""
