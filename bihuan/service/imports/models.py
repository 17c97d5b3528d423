"""What was brought in, by whom, how far it got, and what each row of the file became.

Nothing personal stands here in clear: the file, its rows, and what was there before are sealed with the import's
own key, and all of it is forgotten after 30 days. What stays is that it happened, and the counts.
"""

from django.db import models

from bihuan.ground.vault.models import Key
from bihuan.registers.access.models import Person
from bihuan.registers.organisation.models import Node


class Import(models.Model):
    """One file brought in. `cursor` is the next batch (or, while taking back, the last row taken back)."""

    UPLOADED, LOOKING, LOOKED, WRITING = "uploaded", "looking", "looked", "writing"
    DONE, UNDOING, UNDONE, DROPPED = "done", "undoing", "undone", "dropped"
    MOVING = (LOOKING, WRITING, UNDOING)

    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=12, default=UPLOADED)
    trouble = models.CharField(max_length=40, blank=True, default="")  # why it stands still
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(Key, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=120, blank=True, default="")  # its name in the store of files
    file_name_sealed = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField(default=0)  # bytes
    sheets_sealed = models.TextField(blank=True, default="")  # JSON: the names of the sheets
    sheet = models.PositiveSmallIntegerField(default=0)
    head_row = models.PositiveIntegerField(default=0)  # 0: the first row is a row like any other
    heads_sealed = models.TextField(blank=True, default="")  # JSON: the texts over the columns
    mapping = models.JSONField(default=dict)  # column from 0 → code of a field
    staged = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    looked = models.JSONField(default=dict)  # state → rows, as the dry run found
    written = models.JSONField(default=dict)  # state → rows, as it came to be
    undone = models.JSONField(default=dict)  # taken_back, kept → rows
    take = models.CharField(max_length=8, default="ours")  # for duplicates without a choice of their own
    made_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(null=True)  # sooner than after 30 days: somebody in it was forgotten
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "imports"
        indexes = (models.Index(fields=("state", "moved_at"), name="imports_moving"),)


class ImportBatch(models.Model):
    """Some rows of the file as they were read, sealed: so that a run goes on without reading the file again."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    count = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "imports"
        constraints = (models.UniqueConstraint(fields=("run", "seq"), name="imports_batch_once"),)


class ImportLine(models.Model):
    """What one row is found to be (`look`) or became (`write`). The dry run keeps what a person has to see."""

    LOOK, WRITE = "look", "write"

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    phase = models.CharField(max_length=5)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12)
    codes = models.JSONField(default=list)  # [code of the trouble, code of the field]
    sealed = models.TextField(
        blank=True, default=""
    )  # JSON: params, candidates, what was made, what was before
    made = models.BooleanField(default=False)  # something was written that can be taken back
    take = models.CharField(max_length=8, blank=True, default="")
    take_id = models.BigIntegerField(null=True)
    kept = models.JSONField(default=list)  # after an undo: the codes of why something stays
    undone = models.BooleanField(default=False)

    class Meta:
        app_label = "imports"
        constraints = (models.UniqueConstraint(fields=("run", "phase", "number"), name="imports_line_once"),)
        indexes = (models.Index(fields=("run", "phase", "state", "number"), name="imports_line_state"),)


class ImportKey(models.Model):
    """During a dry run: what each row is about, as a keyed hash, so that a row that repeats another is seen."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="+")
    print = models.CharField(max_length=32)
    number = models.PositiveIntegerField()

    class Meta:
        app_label = "imports"
        constraints = (models.UniqueConstraint(fields=("run", "print"), name="imports_key_once"),)


class RememberedHeads(models.Model):
    """Which column a person brought into which field, for the next file with these heads (keyed hashes)."""

    kind = models.CharField(max_length=32)
    print = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)  # keyed hash of a head → code of a field, or empty
    at = models.DateTimeField()

    class Meta:
        app_label = "imports"
        constraints = (models.UniqueConstraint(fields=("kind", "print"), name="imports_heads_once"),)
