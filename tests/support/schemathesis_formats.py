"""What Schemathesis can't know of our API: loaded by SCHEMATHESIS_HOOKS."""

from typing import Any

import schemathesis
from hypothesis import strategies

from services.ingest.domain.cleaning import clean_text

schemathesis.openapi.format("language-tag", strategies.sampled_from(["fr", "FRA", "fre", "nl-BE", "oci"]))
schemathesis.openapi.format("mail-address", strategies.sampled_from(["ada@example.org", "o.b@mail.example"]))


@schemathesis.hook
def filter_body(_: Any, body: Any) -> bool:
    """Words of which nothing can be seen are refused as none, and no pattern of JSON Schema says which."""
    words = body.values() if isinstance(body, dict) else ()
    return not any(isinstance(word, str) and word and clean_text(word) is None for word in words)
