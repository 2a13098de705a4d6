"""An address for each form of each service that a channel may name."""

TAKEN = [
    "mailto:ann@example.org",
    "mailto:ann+sahel@example.org",
    "mailto:jörg@bücher.example",
    "mailto://smtp.example.org:587?from=a@example.org&to=ann@example.org",
    "mailtos://user:pass@smtp.example.org?from=a@example.org&to=ann@example.org",
    "mailtos://user:pass@example.org/ann@example.com",
    "slack://T1/B2/C3",
    "slack://T1/B2/C3/#news",
    "slack://xoxb-1234-1234-abcdef/#news",
    "https://hooks.slack.com/services/T1/B2/C3",
    "discord://123456/abc-DEF_1",
    "https://discord.com/api/webhooks/123456/abc-DEF_1",
    "tgram://123456789:abcdefg_hijklmnopqrstuvwxyzabcdefgh/12315544/",
    (
        "https://prod-1.westus.logic.azure.com:443/workflows/ab12/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abc_d-e"
    ),
    "ntfy://alerts",
    "ntfys://user:pass@ntfy.example.org:8443/alerts?priority=high",
    "gotifys://gotify.example.org/abcdefgh",
    "matrixs://user:pass@matrix.example.org/#room",
    "mmosts://chat.example.org/3ccdd113474722377935511fc85d3dd4",
    "rockets://user:pass@chat.example.org/#news",
    "gchat://space/key/token",
    "https://chat.googleapis.com/v1/spaces/abc/messages?key=k-1&token=t_1%3D",
    "zulip://botname@organization/" + "a" * 32 + "/news",
    "pover://" + "u" * 30 + "@" + "t" * 30 + "/phone",
    "signals://localhost:8080/+15551234567/+15557654321",
    "jsons://hooks.example.org/path?+X-Token=abc",
    "forms://hooks.example.org/path",
    "xmls://hooks.example.org/path",
    "json://[2001:db8::1]:8080/path",
]
