"""Rules, subscribers and what else people keep in YAML files, as documents. Pure.

``read`` turns text into drafts that know their lines, ``check`` turns drafts into documents
or says all that is wrong with them, ``plan`` says what would change, ``write`` is the way back.
"""

from tocsin_cli.manifests.check import Checks, check
from tocsin_cli.manifests.kind import Kind, State
from tocsin_cli.manifests.plan import Change, Difference, plan
from tocsin_cli.manifests.problem import ManifestError, Problem
from tocsin_cli.manifests.read import Draft, Manifest, read
from tocsin_cli.manifests.write import write


__all__ = [
    "Change",
    "Checks",
    "Difference",
    "Draft",
    "Kind",
    "Manifest",
    "ManifestError",
    "Problem",
    "State",
    "check",
    "plan",
    "read",
    "write",
]
