"""The web page in a real browser: open, plan, migrate, watch to the end; by keyboard; light and dark."""

import argparse
import pathlib
import sqlite3

from browser import page
from serving import serving


def newcomer(program, pictures):
    """Two databases, one configuration file, no credentials: migrated from the browser."""
    with serving(program, ["support", "research <b>"], '[os]\nname = "My OS"', sessions=300) as service, page() as tab:
        tab.open(f"{service.base}/ui")
        tab.until("document.querySelectorAll('#list tr').length === 2")
        tab.until("document.querySelectorAll('#list .warn').length === 2")
        assert "agno-migrate · My OS" in tab.run("document.title")
        assert tab.run("document.querySelectorAll('#list th b').length") == 0, "ids are texts, not markup"

        for index, name in enumerate(["support", "research <b>"]):
            tab.run(f"document.querySelectorAll('#list button')[{index}].click()")
            tab.until("document.querySelectorAll('#tables tr').length > 3")
            assert tab.run("document.getElementById('database-title').textContent") == name
            tab.run("document.getElementById('look').click()")
            tab.until("!document.getElementById('plan').hidden")
            assert "agno_runs" in tab.run("document.getElementById('plan-body').innerText")
            if pictures and index == 0:
                tab.picture(pictures / "plan-light.png")
                tab.dark(True)
                tab.picture(pictures / "plan-dark.png")
                tab.dark(False)
            tab.run("document.getElementById('migrate').click()")
            tab.until("!document.getElementById('work').hidden")
            tab.until("document.getElementById('work-state').textContent.startsWith('Done')")
            assert tab.run("document.getElementById('bar').value === document.getElementById('bar').max")
            log = tab.run("document.getElementById('log').innerText")
            assert "agno_sessions 3.0.0: applied" in log, log
            tab.until("document.querySelectorAll('#tables .good').length > 3")
            tab.until("document.querySelectorAll('#history tr').length > 3")
            if pictures and index == 0:
                tab.picture(pictures / "done-light.png")
        tab.until("document.querySelectorAll('#list .good').length === 2")
        for number in [0, 1]:
            connection = sqlite3.connect(service.folder / f"{number}.db")
            found = connection.execute(
                "SELECT version FROM agno_schema_versions WHERE table_name = 'agno_sessions'").fetchone()
            assert found == ("3.0.0",), found
            connection.close()
        foreign = [url for url in tab.requests() if not url.startswith((service.base, "about:", "data:"))]
        assert not foreign, foreign
        complaints = [text for text in tab.complaints() if "favicon" not in text and "404" not in text]
        assert not complaints, complaints


def keyboard(program):
    """Everything without a mouse, with a key, and a way back that loses values."""
    more = '[auth]\nsecurity_key = "sesame-open"'
    with serving(program, ["support"], more) as service, page() as tab:
        tab.open(f"{service.base}/ui/")
        tab.until("document.activeElement.id === 'key'")
        tab.type("wrong")
        tab.press("Enter")
        tab.until("document.getElementById('failure').textContent.includes('Invalid authentication token')")
        tab.type("sesame-open")
        tab.press("Enter")
        tab.until("document.querySelectorAll('#list button').length === 1")
        assert tab.run("document.getElementById('credentials').hidden")
        tab.tab_to("e.getAttribute('aria-label') === 'Open support'")
        tab.press("Enter")
        tab.until("document.activeElement.id === 'database-title'")
        tab.tab_to("e.id === 'look'")
        tab.press("Enter")
        tab.until("document.activeElement.id === 'plan-title'")
        tab.tab_to("e.id === 'migrate'")
        tab.press("Enter")
        tab.until("document.getElementById('work-state').textContent.startsWith('Done')")

        # Down, where a value has no place: it is parked, and the page says so.
        connection = sqlite3.connect(service.folder / "0.db")
        connection.execute("UPDATE agno_memories SET feedback = 'good'")
        connection.commit()
        connection.close()
        tab.run("document.getElementById('target').value = '2.0.0'")
        tab.run("document.getElementById('target').dispatchEvent(new Event('change'))")
        tab.run("document.getElementById('look').click()")
        tab.until("document.getElementById('plan-body').textContent.includes('Would be parked: values of feedback')")
        tab.until("!document.getElementById('migrate').disabled")
        tab.tab_to("e.id === 'migrate'")
        tab.press("Enter")
        tab.until("document.getElementById('work-state').textContent.startsWith('Done')")

        roles = tab.accessible()
        for wanted in [("heading", "Databases"), ("heading", "support"), ("button", "Show the plan"),
                       ("combobox", "Target version"), ("main", "")]:
            assert wanted in roles, (wanted, roles)
        assert not [name for role, name in roles if role == "button" and not name], "a button without a name"
        assert "sesame" not in tab.run("document.documentElement.outerHTML"), "the key is not kept in the page"


def history(program):
    """The history shows runs and steps, however many batches an import has recorded since."""
    with serving(program, ["support"]) as service, page() as tab:
        status, answer = service.ask("POST", "/databases/support/migrate")
        assert status == 200, answer
        connection = sqlite3.connect(service.folder / "0.db")
        newest = connection.execute("SELECT MAX(id) FROM agno_migration_journal").fetchone()[0]
        connection.executemany(
            "INSERT INTO agno_migration_journal (id, run_id, recorded_at, tool_version, command, event, outcome, table_name, "
            "row_count, milliseconds) VALUES (?, 'r', '2026-01-01T00:00:00Z', '0', 'import-v1', 'checkpoint', 'read', 'v1', 1, 1)",
            [(newest + number,) for number in range(1, 301)])
        connection.commit()
        connection.close()
        tab.open(f"{service.base}/ui")
        tab.until("document.querySelectorAll('#list button').length === 1")
        tab.run("document.querySelector('#list button').click()")
        tab.until("document.querySelectorAll('#history tr').length > 3")
        text = tab.run("document.getElementById('history').innerText")
        assert "checkpoint" not in text, text[:1000]
        assert "up run" in text and "up step" in text, text[:1000]


def contrast(program):
    """Texts stand out from their ground, light and dark (WCAG 2, AA: 4.5 to 1)."""
    script = """
    (() => {
      const style = getComputedStyle(document.documentElement);
      const value = (name) => style.getPropertyValue(name).trim();
      const light = (hex) => [1, 3, 5].map((at) => parseInt(hex.length === 4 ? hex[(at + 1) / 2] + hex[(at + 1) / 2]
          : hex.slice(at, at + 2), 16) / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const ratio = (a, b) => { const [x, y] = [light(value(a)), light(value(b))].sort((p, q) => q - p);
          return (x + 0.05) / (y + 0.05); };
      const pairs = [];
      for (const ground of ["--ground", "--sheet"])
        for (const ink of ["--text", "--faint", "--good", "--warn", "--bad"]) pairs.push([ink, ground, ratio(ink, ground)]);
      pairs.push(["--on-accent", "--accent", ratio("--on-accent", "--accent")]);
      return pairs;
    })()
    """
    with serving(program, ["support"]) as service, page() as tab:
        tab.open(f"{service.base}/ui")
        for is_dark in [False, True]:
            tab.dark(is_dark)
            pairs = tab.run(script)
            assert len(pairs) == 11, pairs
            weak = [pair for pair in pairs if pair[2] < 4.5]
            assert not weak, ("dark" if is_dark else "light", weak)
        grounds = set()
        for is_dark in [False, True]:
            tab.dark(is_dark)
            grounds.add(tab.run("getComputedStyle(document.body).backgroundColor"))
        assert len(grounds) == 2, grounds
        tab.open(f"{service.base}/docs")
        tab.until("document.body.innerText.includes('/databases/{db_id}/migrate')")
        assert not [text for text in tab.complaints() if "favicon" not in text and "404" not in text], tab.complaints()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--pictures", type=pathlib.Path, help="a folder for screenshots")
    options = parser.parse_args()
    newcomer(options.program, options.pictures)
    print("newcomer: two databases migrated from the browser")
    keyboard(options.program)
    print("keyboard: as it should be")
    history(options.program)
    print("history: runs and steps, no batches")
    contrast(options.program)
    print("light and dark: as it should be")


main()
