"""Views -> HTML: one Jinja environment, the frame around every page, and the language a reader gets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.pages import figures
from api.pages.words import say
from matcher.assessment import Assessment
from matcher.policy.words import FLAG_NAMES, Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Heading:
    """The assessment that a page is about.

    Attributes:
        id: under which the service knows it; base: path that its pages begin with; name: that it was given.
        policy: title of its pack; label: what every report of it must say, such as that its data are made up.
    """

    id: str
    base: str
    name: str
    as_of: str
    policy: str
    label: str
    caveats: tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """What surrounds the content of every page.

    Attributes:
        path, query: of this page, so that the other language is one link away.
        who, role: of the reader's key; empty before login.
        may_plan: whether the reader may upload and assess.
        csrf: token that every form sends back.
        here: which entry of the navigation this page belongs to.
    """

    language: Language = "zh"
    path: str = "/"
    query: str = ""
    who: str = ""
    role: str = ""
    may_plan: bool = False
    csrf: str = ""
    here: str = ""
    assessment: Heading | None = None

    def on(self, here: str) -> "Frame":
        """The same frame for another entry of the navigation."""
        return replace(self, here=here)


def heading(assessment: Assessment, id: str, name: str, language: Language) -> Heading:
    """What pages say of the assessment they show."""
    manifest = assessment.manifest
    return Heading(
        id,
        f"/assessments/{quote(id, safe='')}",
        name,
        manifest["as_of"],
        manifest["policy"]["title"][language],
        (manifest.get("label") or {}).get(language, ""),
        tuple(warning[language] for warning in manifest["warnings"]),
    )


def choose_language(asked: str | None, kept: str | None, accepted: str | None) -> Language:
    """The language of a page: asked for by ?lang=, else kept in the cookie, else the browser's first known one, else Chinese."""
    for found in (asked, kept):
        for language in LANGUAGES:
            if found == language:
                return language
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accepted or "").split(",")):
        name, _, weight = part.strip().partition(";q=")
        for language in LANGUAGES:
            if name.lower().startswith(language):
                try:
                    wishes.append((-float(weight or 1), place, language))
                except ValueError:
                    continue
    return min(wishes)[2] if wishes else "zh"


def render(template: str, frame: Frame, **views: Any) -> str:
    """HTML of one page.

    Args:
        template: name without folder and ending.
        views: what the template shows.
    """
    language = frame.language
    page = _environment().get_template(f"{template}.html.j2")
    return page.render(frame=frame, t=lambda key, **parts: say(key, language, **parts), **views)


def with_query(path: str, parts: Mapping[str, Any]) -> str:
    """A link with those parts of a query that hold something; lists become repeated parts."""
    kept = {key: value for key, value in parts.items() if value not in ("", None, (), False)}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["persons"] = figures.persons
    environment.filters["whole"] = figures.whole
    environment.filters["rate"] = figures.rate
    environment.filters["share"] = figures.share
    environment.filters["certainty"] = figures.certainty
    environment.filters["signed"] = figures.signed
    environment.filters["part"] = lambda text: quote(str(text), safe="")
    environment.globals["with_query"] = with_query
    environment.globals["flag_names"] = FLAG_NAMES
    return environment
