using Lab.Manager.Database;

namespace Lab.Manager.Link;

internal sealed class LinkMigrations : IMigrations
{
    public string Feature => "link";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("enrolment", """
            CREATE TABLE enrolment_tokens (
                id TEXT NOT NULL PRIMARY KEY,
                hash TEXT NOT NULL UNIQUE,
                created_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL,
                spent_at BIGINT,
                spent_key TEXT);
            CREATE TABLE agent_credentials (
                serial TEXT NOT NULL PRIMARY KEY,
                thumbprint TEXT NOT NULL,
                issued_at BIGINT NOT NULL)
            """),
    ];
}
