"""What the pages say: one message per key, in English; the catalogue has the others."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.language import N_, NN_

PIECES: Mapping[str, str] = {
    "channel": "channel",
    "subject": "subject",
    "language": "language",
    "purpose": "purpose",
    "department": "department",
}
"""Facet → what one of its pieces is, at the head of their column."""

TITLES: Mapping[str, str] = {
    "channel": "channels",
    "subject": "subjects",
    "language": "languages",
    "purpose": "purposes",
    "department": "map",
}
"""Facet → the phrase that stands above questions cut by it."""

PHRASES: Mapping[str, str] = {
    "in_languages": N_("In other languages"),
    "elsewhere": N_("The network’s other pages"),
    "title": N_("Key figures %(year)s"),
    "strapline": N_("Libraries answering together"),
    "made_up": N_("Demonstration: figures up to %(day)s are made up"),
    "poster_ask": N_("Ask your question"),
    "poster_accessible": N_("These figures as an accessible page: %(address)s"),
    "so_far": N_("Year in progress: figures up to %(day)s"),
    "whole_year": N_("Whole year"),
    "growth_year": N_("%(growth)s on %(year)s"),
    "growth_so_far": N_("%(growth)s on the same period of %(year)s"),
    "before": N_("%(n)s in %(year)s"),
    "before_so_far": N_("%(n)s by the same day of %(year)s"),
    "viewed": N_("readings of the public archive"),
    "and_more": N_("and %(n)s more"),
    "promise": N_("answered in time"),
    "median": N_("median time to answer"),
    "ninetieth": N_("nine answers in ten within %(duration)s"),
    "satisfaction": N_("satisfaction out of 5"),
    "thanks": N_("thanks to all their teams"),
    "answering": N_("answers per 100 questions of its own public"),
    "channels": N_("How people ask"),
    "channels_note": N_("Questions by channel, year by year"),
    "months": N_("Month by month"),
    "months_note": N_("Questions received and answers given"),
    "heat": N_("When people ask"),
    "heat_note": N_("Questions received by weekday and hour (%(zone)s)"),
    "hour": N_("%(hour)s:00"),
    "heat_peak": N_("Busiest day: %(weekday)s; busiest hour: %(hour)s"),
    "map": N_("Where people ask from"),
    "map_note": N_("Questions by French département; each tile is one"),
    "map_few": N_("Not told apart, fewer than %(few)s at a time: %(n)s"),
    "map_few_so_far": N_("Not told apart, fewer than %(few)s at a time or of this month: %(n)s"),
    "map_rest": N_("Without a known département: %(n)s"),
    "subjects": N_("What people look for"),
    "subjects_note": N_("Questions by declared subject"),
    "languages": N_("In which languages"),
    "languages_note": N_("Questions by language"),
    "purposes": N_("What for"),
    "purposes_note": N_("Questions by declared purpose"),
    "durations": N_("The time of an answer"),
    "durations_note": N_("Answers by time taken, each column up to the time named"),
    "durations_working": N_("In working time, median: %(duration)s"),
    "partners_title": N_("Who answers"),
    "partners_note": N_("What each library gave to the network"),
    "stars": N_("What askers say"),
    "stars_note": N_("Ratings from one to five stars"),
    "effort": N_("The effort of an answer"),
    "effort_note": N_("Answers by READ scale, from 1 (at once) to 6 (research)"),
    "partner": N_("Library"),
    "asked": N_("times asked"),
    "answers": N_("answers"),
    "declines": N_("declined"),
    "own_public": N_("questions of its public"),
    "numbers": N_("Show the numbers"),
    "year": N_("Year"),
    "month": N_("Month"),
    "questions": N_("questions"),
    "total": N_("total"),
    "piece": N_("Value"),
    "channel": N_("Channel"),
    "subject": N_("Subject"),
    "language": N_("Language"),
    "purpose": N_("Purpose"),
    "department": N_("Département"),
    "star": N_("Stars"),
    "degree": N_("READ degree"),
    "ratings": N_("ratings"),
    "days": N_("Day"),
    "figure": N_("Figure"),
    "share": N_("%%"),
    "unsaid": N_("not stated"),
    "others": N_("and others"),
    "others_so_far": N_("others, and this month’s"),
    "over": N_("more"),
    "download": N_("Take these figures with you"),
    "poster_a4": N_("A4 poster"),
    "poster_a3": N_("A3 poster"),
    "picture_wide": N_("Picture to share"),
    "picture_square": N_("Square picture"),
    "embed": N_("Put this page on your site"),
    "other_years": N_("Other years"),
    "whole_network": N_("The whole network"),
    "method": N_("How these figures are made"),
    "method_text": N_(
        "Every fact is counted once, at the hour it happened (%(zone)s). No figure keeps a trace"
        " of a person: forgetting an asker changes nothing here. The median is read between the"
        " bounds of a histogram."
    ),
    "method_few": N_(
        "Themes, languages, purposes and départements are counted by whole months, and only once at least"
        " %(few)s questions have come together, so that none stands out; what is left stands under the"
        " others."
    ),
    "sources": N_("Earlier years: %(sources)s."),
    "skip": N_("Skip to the figures"),
    "nothing": N_("There are no figures for this year"),
    "missing": N_("This page does not exist"),
    "nothing_text": N_("The years with figures are below."),
    "nothing_yet": N_("Figures come with the first question."),
    "failed": N_("Back in a moment"),
    "failed_text": N_("The figures cannot be read just now. Try again in a minute."),
    "nobody": N_("none"),
}

COUNTED: Mapping[str, tuple[str, str]] = {
    "received": NN_("question received", "questions received"),
    "answered": NN_("answer given", "answers given"),
    "delivered": NN_("answer sent to its asker", "answers sent to their askers"),
    "archived": NN_("answer in the public archive", "answers in the public archive"),
    "partners": NN_("library answering", "libraries answering"),
    "read": NN_("read %(n)s time", "read %(n)s times"),
    "rated": NN_("%(n)s rating", "%(n)s ratings"),
    "respondents": NN_("thanks to their %(n)s librarian", "thanks to their %(n)s librarians"),
}
"""What stands beside a number."""
