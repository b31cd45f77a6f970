using Lab.Manager.Database;

namespace Lab.Manager.Identity;

internal sealed class IdentityMigrations : IMigrations
{
    public string Feature => "identity";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("tokens", """
            CREATE TABLE tokens (
                hash TEXT NOT NULL PRIMARY KEY,
                audit_id TEXT NOT NULL,
                user_id TEXT NOT NULL,
                project_id TEXT,
                issued_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL);
            CREATE INDEX tokens_expires_at ON tokens (expires_at)
            """),
    ];
}
