#!/usr/bin/env python
"""The one entry for commands."""

import os
import sys

ALONE = "plan"  # reads a file and prints a plan: neither settings nor models, in a third less memory


def main() -> None:
    if sys.argv[1:2] == [ALONE]:
        from bihuan.management.commands.plan import Command  # only what this command needs

        Command().run_from_argv(sys.argv)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
    from django.core.management import execute_from_command_line  # after the settings are named

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
