"""Formats of our API that Schemathesis does not know: loaded by SCHEMATHESIS_HOOKS."""

import schemathesis
from hypothesis import strategies

schemathesis.openapi.format("language-tag", strategies.sampled_from(["fr", "FRA", "fre", "nl-BE", "oci"]))
schemathesis.openapi.format("mail-address", strategies.sampled_from(["ada@example.org", "o.b@mail.example"]))
