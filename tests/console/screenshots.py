"""Screenshots: the console of a demo hub comes in; a picture of each page goes out.

``python -m tests.console.screenshots docs/images``; each page in light and dark, wide and narrow.
"""

import base64
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tests.console.conftest import enter
from tests.console.house import House, chromium, house
from tests.console.png import png
from tests.console.tour import tour

from tieline.demo.scenario import STREAMS

LOOKS = (
    ("light", 1280, 800),
    ("dark", 1280, 800),
    ("light", 390, 844),
    ("dark", 390, 844),
)
COLOURS = 48
TRAFFIC_S = 200.0
"""At an event a second: charts have a point a minute."""
QUANTISE = """
async ([data, most]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + data;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const all = context.getImageData(0, 0, image.width, image.height).data;
  const count = new Map();
  const pixels = new Uint32Array(all.length / 4);
  for (let i = 0; i < pixels.length; i++) {
    const colour = all[4 * i] << 16 | all[4 * i + 1] << 8 | all[4 * i + 2];
    pixels[i] = colour;
    count.set(colour, (count.get(colour) || 0) + 1);
  }
  // The commonest colours, none of them close to one that is there already.
  const palette = [];
  const part = (a, b, shift) => Math.abs((a >> shift & 255) - (b >> shift & 255));
  const apart = (a, b) => part(a, b, 16) + part(a, b, 8) + part(a, b, 0);
  // Marks are small and coloured, the rest is large and grey.
  const parts = (c) => [c >> 16, c >> 8 & 255, c & 255];
  const spread = (c) => Math.max(...parts(c)) - Math.min(...parts(c));
  const weight = ([colour, times]) => times * (1 + spread(colour) / 6);
  for (const [colour] of [...count].sort((a, b) => weight(b) - weight(a))) {
    if (palette.length >= most) break;
    const near = palette.length < 20 ? 4 : 30;
    if (palette.every((one) => apart(one, colour) >= near)) palette.push(colour);
  }
  const nearest = new Map();
  const found = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    let at = nearest.get(pixels[i]);
    if (at === undefined) {
      at = 0;
      for (let n = 1; n < palette.length; n++) {
        if (apart(palette[n], pixels[i]) < apart(palette[at], pixels[i])) at = n;
      }
      nearest.set(pixels[i], at);
    }
    found[i] = at;
  }
  let text = "";
  for (let i = 0; i < found.length; i += 32768) {
    text += String.fromCharCode(...found.subarray(i, i + 32768));
  }
  return [image.width, image.height, palette, btoa(text)];
}
"""


def small(desk: Page, picture: bytes) -> bytes:
    """*picture* with few colours: pages have few."""
    data = base64.b64encode(picture).decode()
    width, height, palette, pixels = desk.evaluate(QUANTISE, [data, COLOURS])
    return png(width, height, palette, base64.b64decode(pixels))


def pictures(browser: Browser, hub: House) -> Iterator[tuple[str, bytes]]:
    """(file name, picture) of every page in every look."""
    desk = browser.new_page()
    paths = {"login": "/login", **tour(hub)}
    for theme, width, height in LOOKS:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id="Europe/Berlin",
        )
        page = context.new_page()
        for name, path in paths.items():
            if name != "login" and "/login" in page.url:
                enter(page, hub.url, *hub.log_in)
            page.goto(hub.url + path)
            if page.locator("[data-charts]").count():
                page.wait_for_selector("[data-charts][data-drawn]")
            page.evaluate("document.fonts.ready")
            look = f"{theme}-{'wide' if width > 500 else 'narrow'}"
            yield f"{name}-{look}.png", small(desk, page.screenshot(animations="disabled"))
        context.close()


def furnish(page: Page, hub: House) -> None:
    """A little history: a replay, a pause, a decision."""
    page.goto(f"{hub.url}/replays/start?flow=note_code")
    page.get_by_label("Reason").fill("the index was rebuilt")
    page.get_by_role("button", name="Start the replay").click()
    page.goto(f"{hub.url}/connections/helpdesk/pause")
    page.get_by_label("Reason").fill("maintenance of the helpdesk until 16:00")
    page.get_by_role("button", name="Pause").click()
    page.goto(f"{hub.url}/issues?flow=announce_ticket")
    page.locator("tbody a").first.click()
    page.goto(f"{page.url}/acknowledge")
    page.get_by_label("Reason").fill("asked the chat's vendor")
    page.get_by_role("button", name="Acknowledge").click()
    page.wait_for_url("**told=issue-acknowledged")
    for stream in STREAMS:
        vendor = hub.stage.vendors[stream.vendor]
        count, first = round(TRAFFIC_S * stream.share), hub.stage.first_number + 10_050
        hub.do(vendor.generate(stream.kind, count, stream.share, first))
    threading.Event().wait(TRAFFIC_S)


def main(folder: Path) -> None:
    """Write them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*-*-*.png"):
        old.unlink()
    total = 0
    with house() as hub, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        enter(page, hub.url, *hub.log_in)
        furnish(page, hub)
        for name, picture in pictures(browser, hub):
            (folder / name).write_bytes(picture)
            total += len(picture)
        browser.close()
    sys.stdout.write(f"{total / 1e6:.1f} MB in {folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
