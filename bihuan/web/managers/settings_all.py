"""Every register there is, by its code."""

from typing import Any

from bihuan.registers.access.errors import NotFound
from bihuan.web.managers import (
    settings_catalogue,
    settings_chats,
    settings_day,
    settings_heat,
    settings_knowledge,
    settings_messages,
    settings_organisation,
    settings_people,
    settings_programs,
    settings_rules,
    settings_social,
    settings_templates,
    settings_terms,
    settings_told,
    settings_work,
)
from bihuan.web.managers.settings_register import Register

REGISTERS: dict[str, Register] = {
    register.code: register
    for register in (
        *settings_organisation.REGISTERS,
        *settings_people.REGISTERS,
        *settings_catalogue.REGISTERS,
        *settings_work.REGISTERS,
        *settings_rules.REGISTERS,
        *settings_messages.REGISTERS,
        *settings_templates.REGISTERS,
        *settings_day.REGISTERS,
        *settings_heat.REGISTERS,
        *settings_chats.REGISTERS,
        *settings_terms.REGISTERS,
        *settings_knowledge.REGISTERS,
        *settings_told.REGISTERS,
        *settings_programs.REGISTERS,
        *settings_social.REGISTERS,
    )
}


def register_of(code: str) -> Register:
    if code not in REGISTERS:
        raise NotFound
    return REGISTERS[code]


def row_of(register: Register, row_id: int) -> Any:
    found = register.find(row_id)
    if found is None:
        raise NotFound
    return found
