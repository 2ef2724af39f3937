"""Backup and restore, as deploy/runbooks/restore.md tells it."""

import os
import shutil
import subprocess
from pathlib import Path

from stage import SANDBOX, Failed, scenario


@scenario
def restore_drill(stage):
    """Databases are lost and restored while payments are under way: none is lost or doubled, and a forgetful restore is recognised."""
    folder = Path(stage.folder + "-drill")
    shutil.rmtree(folder, ignore_errors=True)
    ended = subprocess.run([SANDBOX / "restore-drill", "--folder", folder], capture_output=True, text=True, timeout=400, check=False,
                           env={**os.environ, "PONTIS_SANDBOX": str(folder)})
    if ended.returncode != 0:
        raise Failed((ended.stdout + ended.stderr)[-3000:])
