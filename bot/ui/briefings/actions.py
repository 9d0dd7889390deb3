"""Which action each button, menu and form of a briefing takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.compose.briefing_size import SIZES
from bot.ui.briefings import comparing, deciding, editing, looking
from bot.ui.briefings.context import Action, ActionContext
from bot.ui.briefings.controls import Form
from bot.ui.briefings.looking import Draw

BUTTONS: Mapping[str, Action] = {
    "open": looking.show,
    "text": looking.ask_text,
    "facts": looking.show_facts,
    "where": looking.show_where,
    "when": looking.ask_when,
    "publish": editing.toggle_publishing,
    **{size: editing.draft_again(size) for size in SIZES},
    "preview": looking.preview,
    "history": looking.show_history,
    "changes": comparing.show_changes,
    "submit": deciding.submit,
    "here": deciding.post_here,
    "approve": deciding.approve,
    "back": looking.ask_remark,
    "accept": deciding.approve_edit,
    "drop": deciding.drop_edit,
    "draft": deciding.take_back,
    "cancel": deciding.cancel,
    "remove": deciding.ask_delete,
    "delete": deciding.delete,
}

MENUS: Mapping[str, Action] = {
    "facts": editing.edit_facts,
    "channel": editing.edit_channel,
    "role": editing.edit_role,
    "tag": editing.edit_tag,
}

FORMS: Mapping[str, Action] = {
    "text": editing.edit_text,
    "when": editing.edit_time,
    "back": deciding.send_back,
}

ASKS: Mapping[Action, Action] = {FORMS[name]: BUTTONS[name] for name in FORMS}
"""By the action that takes a form, the one that opens it."""

FILLED: Mapping[Action, Callable[[ActionContext], Form]] = {
    FORMS["text"]: looking.text_form,
    FORMS["when"]: looking.when_form,
    FORMS["back"]: looking.remark_form,
}
"""By the action that takes a form, the form itself, even where it can no longer be sent."""

OPENS_FORM = frozenset(ASKS.values())
"""Actions that open a form, which must be the first response to the press."""

PANELS: Mapping[Action, Draw] = {
    editing.edit_facts: looking.facts_panel,
    editing.edit_channel: looking.where_panel,
    editing.edit_role: looking.where_panel,
    editing.edit_tag: looking.where_panel,
    editing.toggle_publishing: looking.where_panel,
}
"""What is shown again after an action that is refused, unless it is the working card."""
