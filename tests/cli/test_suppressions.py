"""`tocsin suppressions`: whom nothing is sent to."""

from cli.shell import Cli


def test_addresses_are_suppressed_and_freed(cli: Cli) -> None:
    assert cli.out("suppressions", "list") == "No address is suppressed.\n"

    add = ("suppressions", "add", "Ann@example.org", "--reason", "left us")
    assert cli.out(*add) == "Ann@example.org is suppressed.\n"
    assert cli.out(*add) == "Ann@example.org was suppressed already.\n"

    (listed,) = cli.json("suppressions", "list")
    assert (listed["address"], listed["cause"], listed["by"]) == (
        "ann@example.org",
        "operator",
        "ann",
    )
    assert "left us" in cli.out("suppressions", "list")
    cli.run("suppressions", "remove", "ann@example.org")
    assert "there is no suppression" in cli.error("suppressions", "remove", "ann@example.org")
    assert "is no mail address" in cli.error("suppressions", "add", "ann")
