from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, customer_feedback_template, feedback_question, send_template, state

PRIVACY = "https://example.org/privacy"
WORDS = {"type": "free_form", "placeholder": "Tell us more"}


def feedback(**fields: Any) -> dict[str, Any]:
    return {
        "template_type": "customer_feedback",
        "title": "How was your visit?",
        "feedback_screens": [{"questions": [{"id": "visit", "type": "csat"}]}],
        "business_privacy": {"url": PRIVACY},
        **fields,
    }


def asking(**question: Any) -> dict[str, Any]:
    return feedback(feedback_screens=[{"questions": [{"id": "visit", "type": "csat", **question}]}])


def test_the_builders_give_a_plain_dict() -> None:
    question = feedback_question(
        "visit", "csat", "How was it?", score_label="neg_pos", score_option="five_stars", follow_up="Tell us more"
    )
    assert customer_feedback_template(
        "How was your visit?",
        question,
        privacy_url=PRIVACY,
        subtitle="It takes a minute",
        button_title="Rate it",
        expires_in_days=3,
    ) == {
        "template_type": "customer_feedback",
        "title": "How was your visit?",
        "subtitle": "It takes a minute",
        "button_title": "Rate it",
        "feedback_screens": [
            {
                "questions": [
                    {
                        "id": "visit",
                        "type": "csat",
                        "title": "How was it?",
                        "score_label": "neg_pos",
                        "score_option": "five_stars",
                        "follow_up": WORDS,
                    }
                ]
            }
        ],
        "business_privacy": {"url": PRIVACY},
        "expires_in_days": 3,
    }


@pytest.mark.parametrize(
    "follow_up",
    [
        "Tell us more",
        WORDS,
        state.data.words,
        state.data.object,
        f"{state.data.words}",
        {"type": "free_form", "placeholder": state.data.words},
    ],
)
def test_a_follow_up_may_be_given_in_words(sent: Any, follow_up: Any) -> None:
    question = feedback_question("visit", "nps", follow_up=follow_up)
    operation = send_template("1", customer_feedback_template("How?", question, privacy_url=PRIVACY))
    payload = sent(operation, {"words": "Tell us more", "object": WORDS})["message"]["attachment"]["payload"]
    assert payload["feedback_screens"] == [{"questions": [{"id": "visit", "type": "nps", "follow_up": WORDS}]}]


Q = "feedback_screens[0].questions[0]"


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (feedback(title=""), "title"),
        (feedback(title=None), "title"),
        (feedback(subtitle=5), "subtitle"),
        (feedback(title="See https://example.org"), "title"),
        (feedback(subtitle="HTTP://example.org"), "subtitle"),
        (feedback(button_title="www.example.org"), "button_title"),
        (feedback(feedback_screens=None), "feedback_screens"),
        (feedback(feedback_screens=[]), "feedback_screens"),
        (feedback(feedback_screens=["visit"]), "feedback_screens[0]"),
        (feedback(feedback_screens=[{}]), "feedback_screens[0].questions"),
        (feedback(feedback_screens=[{"questions": []}]), "feedback_screens[0].questions"),
        (feedback(feedback_screens=[{"questions": ["visit"]}]), Q),
        (asking(id=""), f"{Q}.id"),
        (asking(id=None), f"{Q}.id"),
        (asking(id=7), f"{Q}.id"),
        (asking(id="first visit"), f"{Q}.id"),
        (asking(id="first-visit"), f"{Q}.id"),
        (asking(id="besøk"), f"{Q}.id"),
        (asking(id="visit\n"), f"{Q}.id"),
        (asking(type=None), f"{Q}.type"),
        (asking(type="stars"), f"{Q}.type"),
        (asking(title=""), f"{Q}.title"),
        (asking(score_label="good_bad"), f"{Q}.score_label"),
        (asking(score_option="ten_stars"), f"{Q}.score_option"),
        (asking(type="nps", score_option="five_stars"), f"{Q}.score_option"),
        (asking(type="ces", score_option="zero_to_ten"), f"{Q}.score_option"),
        (asking(type="free_form", score_option="five_stars"), f"{Q}.score_option"),
        (asking(follow_up="Tell us more"), f"{Q}.follow_up"),
        (asking(follow_up={"placeholder": "x"}), f"{Q}.follow_up.type"),
        (asking(follow_up={"type": "csat"}), f"{Q}.follow_up.type"),
        (asking(follow_up={"type": "free_form", "placeholder": 5}), f"{Q}.follow_up.placeholder"),
        (feedback(business_privacy=None), "business_privacy"),
        (feedback(business_privacy=PRIVACY), "business_privacy"),
        (feedback(business_privacy={}), "business_privacy.url"),
        (feedback(business_privacy={"url": "example.org"}), "business_privacy.url"),
    ],
)
def test_what_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


@pytest.mark.parametrize(
    "payload",
    [
        feedback(),
        feedback(subtitle="", button_title=None, expires_in_days=1),
        feedback(feedback_screens=[{"screen_id": "s", "questions": [{"id": "A_1", "type": "free_form"}]}]),
        asking(type="ces", score_option="one_to_seven", score_label="hard_easy"),
        asking(type="nps", score_option="zero_to_ten", score_label="none"),
        asking(score_option="five_emojis", follow_up={"type": "free_form"}),
        asking(title="How?!", glow="red"),
        feedback(glow="red"),
    ],
)
def test_the_rest_passes_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)


def test_which_scores_a_question_may_show_is_said(refused_template: Any) -> None:
    assert refused_template(asking(score_option="ten")).details["limit"] == ["one_to_five", "five_stars", "five_emojis"]
    assert "does not go with free_form" in str(refused_template(asking(type="free_form", score_option="ten")))


def test_the_type_of_a_question_may_be_known_later_than_its_score(state_for: Any) -> None:
    question = feedback_question("visit", state.data.type, score_option="five_stars")
    operation = send_template("1", customer_feedback_template("How?", question, privacy_url=PRIVACY))
    with pytest.raises(InvalidMessage) as refused:
        operation(state_for("http://127.0.0.1:9", data={"type": "nps"}))
    assert refused.value.details["field"] == f"{Q}.score_option"
