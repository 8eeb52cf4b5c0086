"""Going through a page by the Tab key alone, noting at each stop what is visible."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

NUMBER_THE_STOPS = """() => {
  const stops = [...document.querySelectorAll(
    "a[href], area[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((element) => !element.disabled && element.tabIndex >= 0
      && element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })
      && !(element.type === "radio" && element.name && element !== (
        document.querySelector(`input[type=radio][name="${element.name}"]:checked`)
        || document.querySelector(`input[type=radio][name="${element.name}"]`))));
  stops.forEach((element, place) => { element.stop = place; });
  // From the top, also where the page puts the cursor into a field at once.
  document.documentElement.tabIndex = -1;
  document.documentElement.focus();
  document.documentElement.removeAttribute("tabindex");
  return stops.map((element) => element.outerHTML.slice(0, 160));
}"""

WHERE = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || !document.hasFocus()) return null;
  const style = getComputedStyle(element);
  const boxes = [...element.getClientRects()].filter((box) => box.width && box.height);
  const inside = (box) => box.right > 0 && box.left < innerWidth && box.bottom > 0
    && box.top < innerHeight;
  const seen = boxes.filter(inside);
  const uncovered = seen.some((box) => {
    const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
    const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
    const top = document.elementFromPoint(x, y);
    return top && (element.contains(top) || top.contains(element)
      // Countries of the map are not as square as their boxes.
      || (element.ownerSVGElement && top.closest("svg") === element.ownerSVGElement));
  });
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    || style.outlineStyle === "auto"
    || element.type === "date"  // its parts are marked by the browser
    || [...element.querySelectorAll("path, circle")].some((shape) =>
      parseFloat(getComputedStyle(shape).strokeWidth) >= 2
      && getComputedStyle(shape).stroke !== "none");
  return {
    place: element.stop ?? -1,
    name: element.outerHTML.slice(0, 160),
    scrolls: ["auto", "scroll"].some((way) => [style.overflowX, style.overflowY].includes(way)),
    problems: [
      ...(seen.length ? [] : ["stands outside the window"]),
      ...(uncovered || !seen.length ? [] : ["is covered by something else"]),
      ...(outlined ? [] : ["shows no outline"]),
    ],
  };
}"""


@dataclass
class Walk:
    """The stops of a page as the Tab key reaches them."""

    order: list[int] = field(default_factory=list)
    """The stops in the order they were met, numbered as the page is read."""
    stops: list[str] = field(default_factory=list)
    """All that ought to be met."""
    problems: list[str] = field(default_factory=list)
    """Stops that are not visible, or show no focus."""

    @property
    def out_of_order(self) -> list[str]:
        """The stops that were met too early, too late, twice or never."""
        wanted = list(range(len(self.stops)))
        if self.order == wanted:
            return []
        missed = [self.stops[place] for place in wanted if place not in self.order]
        return [f"never met: {name}" for name in missed] or [f"met in this order: {self.order}"]


def walk(page: Page) -> Walk:
    """Press Tab from the top of the page until it is left, and return what was met."""
    made = Walk(stops=page.evaluate(NUMBER_THE_STOPS))
    for _ in range(2 * len(made.stops) + 5):
        page.keyboard.press("Tab")
        here = page.evaluate(WHERE)
        if here is None:
            break
        made.problems += [f"{here['name']} {problem}" for problem in here["problems"]]
        if here["place"] >= 0:
            # The parts of a date are stops of one and the same field.
            if made.order[-1:] != [here["place"]]:
                made.order.append(here["place"])
        elif not here["scrolls"]:  # what scrolls may be a stop of the browser's own
            made.problems.append(f"{here['name']} was not expected")
    return made


def tab_to(page: Page, name: str, most: int = 400) -> None:
    """Press Tab until what has this accessible name (its beginning) is focused.

    Raises AssertionError after so many stops.
    """
    met = []
    for _ in range(most):
        page.keyboard.press("Tab")
        met.append(page.evaluate(NAME))
        if met[-1].startswith(name):
            return
    raise AssertionError(f"{name!r} was not met among {met}")


NAME = """() => {
  const element = document.activeElement;
  const labels = [...(element.labels ?? [])].map((label) => label.innerText).join(" ");
  return (element.getAttribute("aria-label") || labels || element.innerText || element.value
    || "").trim().replace(/\\s+/g, " ");
}"""
