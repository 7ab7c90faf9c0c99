"""OpenFn's project files are run as they are."""

import json

import pytest

from adaptor.runner import check, run

PROJECT = """\
name: clinic
description: null
credentials:
  ann@example.org-page:
    name: page
    owner: ann@example.org
workflows:
  reminders:
    name: Daily reminders
    jobs:
      load-rows:
        name: Load rows
        adaptor: '@openfn/language-common@latest'
        credential: null
        body: |
          fn(lambda s: {**s, "data": {"count": 2}, "day": "2026-11-24"})
      remind:
        name: Remind
        adaptor: '@openfn/language-facebook@latest'
        credential: ann@example.org-page
        body:
          path: remind.py
      nobody:
        name: Nobody
        adaptor: '@openfn/language-common@latest'
        body: log("nobody")
      oops:
        name: Oops
        adaptor: '@openfn/language-common@latest'
        body: log("oops")
    triggers:
      daily:
        type: cron
        cron_expression: 0 9 * * *
        enabled: true
    edges:
      daily->load-rows:
        source_trigger: daily
        target_job: load-rows
        condition_type: always
        enabled: true
      load-rows->remind:
        source_job: load-rows
        target_job: remind
        condition_type: expression
        condition_expression: state.data.count > 0
        condition_label: somebody
        enabled: true
      load-rows->nobody:
        source_job: load-rows
        target_job: nobody
        condition_type: js_expression
        condition_expression: state.data.count == 0
        enabled: true
      remind->oops:
        source_job: remind
        target_job: oops
        condition_type: on_job_failure
        enabled: true
      remind->nobody:
        source_job: remind
        target_job: nobody
        condition_type: always
        enabled: false
  other:
    name: Another one
    jobs:
      only: {name: Only, adaptor: x, body: "fn(lambda s: {'data': 'other'})"}
    triggers: {}
    edges: {}
"""


@pytest.fixture
def project(tmp_path):
    def start(
        workflow=None, text=PROJECT, remind="fn(lambda s: {**s, 'page': s['configuration']['page_id']})", **options
    ):
        (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "remind.py").write_text(remind)
        pages = {"ann@example.org-page": {"page_id": "7"}}
        return run(tmp_path / "project.yaml", workflow=workflow, **{"credentials": pages, **options})

    return start


def test_a_workflow_is_chosen_by_its_key_or_its_name(project):
    for name in ("reminders", "Daily reminders", "daily REMINDERS"):
        result = project(name)
        assert [step.id for step in result.steps] == ["daily", "load-rows", "remind"], result.error
        assert result.state == {"data": {"count": 2}, "day": "2026-11-24", "page": "7"}
    assert project("other").state == {"data": "other"}


def test_a_failed_job_goes_on_along_on_job_failure_and_a_disabled_edge_is_not_taken(project):
    result = project("reminders", remind="fn(lambda s: 1 / 0)")
    assert [step.id for step in result.steps] == ["daily", "load-rows", "remind", "oops"]
    assert result.exit_code == 0


def test_without_a_name_the_workflows_are_listed(project):
    result = project()
    assert result.exit_code == 2
    assert "2 workflows" in str(result.error)
    assert "reminders, other" in result.error.fix


def test_a_name_that_is_not_there_is_answered_with_the_one_that_was_meant(project):
    result = project("remindesr")
    assert result.exit_code == 2
    assert "Did you mean `reminders`?" in result.error.fix


def test_a_credential_that_is_not_in_the_map_is_told_with_its_place(project):
    result = project("reminders", credentials={"page": {"page_id": "1"}})
    assert result.exit_code == 2
    assert (result.error.line, result.error.column) == (20, 21)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("target_job: remind\n", "target_job: remnd\n", "Did you mean `remind`?"),
        (
            "source_job: remind\n        target_job: oops",
            "source_job: rmind\n        target_job: oops",
            "leaves `rmind`",
        ),
        ("condition_type: on_job_failure", "condition_type: on_job_fail", "Did you mean `on_job_failure`?"),
        ("condition_type: expression", "condition_typ: expression", "Did you mean `condition_type`?"),
        ("path: remind.py", "path: remid.py", "Did you mean `remind.py`?"),
        ("type: cron\n", "type: corn\n", "Did you mean `cron`?"),
        ('body: log("oops")', 'bdoy: log("oops")', "Did you mean `body`?"),
        ("state.data.count > 0", "state.data.count > 0 && !state.errors", "and not state.errors"),
        ("        source_trigger: daily\n", "", "has no sources"),
        ("target_job: oops", "target_job: load-rows", "in a circle: load-rows → remind → load-rows"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_was_meant(project, before, after, words):
    assert PROJECT.count(before) >= 1
    result = project("reminders", text=PROJECT.replace(before, after, 1))
    assert result.exit_code == 2
    assert words in result.error.report()
    assert "project.yaml:" in result.error.report()
    assert result.steps == []


def test_a_second_edge_between_two_steps_is_refused_since_the_step_would_run_twice(project):
    edge = "source_job: load-rows\n        target_job: nobody"
    assert edge in PROJECT
    result = project("reminders", text=PROJECT.replace(edge, edge.replace("nobody", "remind")))
    assert result.exit_code == 2
    assert "A second edge leads from `load-rows` to `remind`" in str(result.error)
    assert result.error.excerpt.splitlines()[0].endswith("target_job: remind")


@pytest.mark.parametrize(
    ("workflow", "words", "place"),
    [
        ("{jobs: {}}", "The workflow has no jobs.", (2, 6)),
        ("5", "The workflow is a number, not an object.", (2, 6)),
        ("{jobs: {a: 1}}", "`a` is a number, not an object.", (2, 17)),
        ("{jobs: {a: {body: 5}}}", "`body` is a number.", (2, 24)),
        ("{jobs: {a: {name: 5, body: log(1)}}}", "`name` is a number, not text.", (2, 24)),
        ("{jobs: {a: {body: log(1), state: []}}}", "`state` is a list.", (2, 39)),
    ],
)
def test_a_problem_points_at_its_place_in_the_project(project, workflow, words, place):
    result = project("a", text=f"workflows:\n  a: {workflow}\n")
    error = result.error.problems[0] if hasattr(result.error, "problems") else result.error
    assert words in str(error)
    assert (error.line, error.column) == place


VERSION_1 = """\
id: e16c5f09-f0cb-4ba7-a4c2-73fcb2f29d00
name: clinic
workflows:
  reminders:
    id: 72ca3eb0-042c-47a0-a2a1-a545ed4a8406
    name: Reminders
    lock_version: 1
    deleted_at: null
    jobs:
      load:
        {id: 66add020-e6eb-4eec-836b-20008afca816, name: Load, adaptor: x, project_credential_id: null,
        keychain_credential_id: null, body: "fn(lambda s: {**s, 'data': 1})"}
      show:
        {id: 77add020-e6eb-4eec-836b-20008afca816, name: Show, adaptor: x, body: "fn(lambda s: {**s, 'data': 2})"}
    triggers:
      webhook: {id: 4a06289c-15aa-4662-8dc6-f0aaacd8a058, type: webhook, enabled: true}
    edges:
      webhook->load:
        {id: a1, source_trigger_id: 4a06289c-15aa-4662-8dc6-f0aaacd8a058, condition_type: always,
        target_job_id: 66add020-e6eb-4eec-836b-20008afca816}
      load->show:
        {id: a2, source_job_id: 66add020-e6eb-4eec-836b-20008afca816, condition_type: on_job_success,
        target_job_id: 77add020-e6eb-4eec-836b-20008afca816}
"""

PORTABILITY_4 = """\
id: clinic
name: Clinic
schema_version: "4.0"
collections: [seen]
channels: []
workflows:
  - id: reminders
    name: Reminders
    schema_version: "4.0"
    start: hook
    steps:
      - id: hook
        type: webhook
        enabled: true
        custom_path: clinic/rows
        webhook_reply: after_completion
        webhook_response_config: {success_code: 201, error_code: 500}
        cron_cursor_job_id: load
        next: {load: {condition: true, openfn: {uuid: a1}}}
      - id: load
        adaptor: "@openfn/language-common@latest"
        expression: "fn(lambda s: {**s, 'data': 1})"
        next: {show: {condition: state.data == 1, label: one}}
      - id: show
        expression: "fn(lambda s: {**s, 'data': 2})"
"""


@pytest.mark.parametrize(("text", "steps"), [(VERSION_1, "webhook load show"), (PORTABILITY_4, "hook load show")])
def test_the_layouts_of_version_1_and_4_are_run_as_they_are(project, text, steps):
    result = project("reminders", text)
    assert [step.id for step in result.steps] == steps.split(), result.error
    assert result.state["data"] == 2


def test_lists_of_jobs_triggers_and_edges_are_read_as_objects_are(project):
    text = """\
workflows:
  - name: lists
    jobs: [{id: j1, name: load, body: "fn(lambda s: {**s, 'data': 1})"}, {id: j2, name: show, body: log(state.data)}]
    triggers: [{id: t1, type: cron, cron_expression: 0 9 * * *}]
    edges: [{id: e1, source_trigger_id: t1, target_job_id: j1}, {id: e2, source_job_id: j1, target_job_id: j2}]
"""
    assert [step.id for step in project("lists", text).steps] == ["cron", "load", "show"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        enabled: true\n    edges", "        enabled: true\n        colour: red\n    edges"),
        ("    name: Daily reminders", "    name: Daily reminders\n    colour: red"),
        ("        name: Load rows", "        name: Load rows\n        colour: red"),
        ("        target_job: load-rows", "        target_job: load-rows\n        colour: red"),
    ],
)
def test_a_key_that_is_new_in_the_format_is_noted_and_does_not_prevent_the_run(tmp_path, old, new):
    file = tmp_path / "project.yaml"
    file.write_text(PROJECT.replace(old, new, 1))
    (tmp_path / "remind.py").write_text("log(1)")
    found = check(file, workflow="reminders")
    assert found.problems == [] or all("credential" in str(each) for each in found.problems)
    (note,) = [each for each in found.warnings if "colour" in str(each)]
    assert note.line == PROJECT.replace(old, new, 1).split("colour")[0].count("\n") + 1


@pytest.mark.parametrize("key", ["cron_expresion", "enabeld", "webhook_replay", "Type", "custom-path"])
def test_a_misspelt_key_is_an_error(project, key):
    result = project("reminders", PROJECT.replace("        type: cron", f"        type: cron\n        {key}: x"))
    assert result.exit_code == 2
    assert "Did you mean" in result.error.fix


def test_a_new_kind_of_trigger_is_noted_and_a_misspelt_one_is_an_error(project, tmp_path):
    assert project("reminders", PROJECT.replace("type: cron", "type: mqtt")).exit_code == 0
    assert any("mqtt" in str(each) for each in check(tmp_path / "project.yaml", workflow="reminders").warnings)
    assert "Did you mean `cron`?" in project("reminders", PROJECT.replace("type: cron", "type: crn")).error.fix


def test_what_a_workflow_says_to_a_service_means_the_same_in_a_project(tmp_path):
    from adaptor.runner.api import check

    project = {
        "name": "clinic",
        "workflows": {
            "bot": {
                "stop_words": ["stop"],
                "quiet_hours": {"from": "21:00", "to": "7:00", "timezone": "UTC"},
                "notify": {"command": "./alert.sh"},
                "jobs": {
                    "ask": {"id": "7f0e", "body": "log(1)"},
                    "go-on": {"body": "log(2)"},
                },
                "triggers": {
                    "cron": {"type": "cron", "cron_expression": "0 9 * * *", "cron_cursor_job_id": "7f0e"},
                },
                "edges": {
                    "cron->ask": {"source_trigger": "cron", "target_job": "ask"},
                    "ask->go-on": {"source_job": "ask", "target_job": "go-on", "on": "reply", "within": "2d"},
                },
            }
        },
    }
    (tmp_path / "project.json").write_text(json.dumps(project))
    prepared = check(tmp_path / "project.json")
    assert prepared.problems == []
    plan = prepared.plan
    assert plan.people_rules.stop_words == {"stop"}
    assert (plan.quiet_hours.begin, plan.notify.command) == (1260, (str(tmp_path / "alert.sh"),))
    assert plan.steps["cron"].schedule.cursor == "ask"
    assert [(edge.on, edge.within) for edge in plan.steps["ask"].edges] == [("reply", 172_800.0)]
