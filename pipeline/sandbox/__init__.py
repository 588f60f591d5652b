"""A stand-in for Clarus: a real HTTP server on loopback that believes nobody.

It knows nothing of the rest of the project, so that it can bear witness against it.
"""

from pipeline.sandbox.declared import Attribute, Declared, DeclaredList
from pipeline.sandbox.faults import Fault, Faults, What
from pipeline.sandbox.records import Line, Record
from pipeline.sandbox.resources import Resource
from pipeline.sandbox.server import Sandbox, serve
from pipeline.sandbox.traffic import Requests
from pipeline.sandbox.world import Conditions

__all__ = [
    "Attribute",
    "Conditions",
    "Declared",
    "DeclaredList",
    "Fault",
    "Faults",
    "Line",
    "Record",
    "Requests",
    "Resource",
    "Sandbox",
    "What",
    "serve",
]
