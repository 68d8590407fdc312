"""One mechanism for every text: messages from gettext catalogues, dates, numbers and names as CLDR has them.

The English text is the message. `services/<service>/locale/<language>/LC_MESSAGES/*.po` hold its
translations; they are read as they are at start, so a checkout and an image need no other step.
"""

from services.chassis.language.languages import Languages
from services.chassis.language.messages import N_, NN_
from services.chassis.language.translator import Translator

__all__ = ["NN_", "N_", "Languages", "Translator"]
