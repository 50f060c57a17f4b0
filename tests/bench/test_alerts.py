from __future__ import annotations

from bench import alerts


def test_the_report_counts_every_alert_and_holds_nothing_grave_back() -> None:
    told = alerts.run(400, 10, 1, lambda _: None)
    assert "Error or critical and held back: 0." in told
    head, total = (
        next(line for line in told.splitlines() if line.startswith(f"| {name}")) for name in ("signal", "**all")
    )
    columns = dict(zip(head.split(" | "), total.split(" | "), strict=True))
    numbers = {
        name.strip("| "): int(cell.strip("|* ").replace(",", "") or 0) for name, cell in list(columns.items())[1:]
    }
    assert numbers["alerts to teams"] == sum(numbers[name] for name in (*alerts.NOT_SENT, "sent")) > 0
