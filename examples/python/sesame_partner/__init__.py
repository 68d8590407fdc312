"""A partner library's own program: takes the questions of the Sésame network and answers them.

Knows nothing of Sésame but the published contract, `docs/asyncapi.yaml`.
"""
