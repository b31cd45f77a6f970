using Lab.Manager.Database;

namespace Lab.Manager.Conductor;

internal sealed class ConductorMigrations : IMigrations
{
    public string Feature => "conductor";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("workflows", """
            CREATE TABLE workflows (
                id TEXT NOT NULL PRIMARY KEY,
                sequence BIGINT NOT NULL UNIQUE,
                kind TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                object_id TEXT,
                state TEXT NOT NULL,
                step INTEGER NOT NULL,
                step_name TEXT,
                failed_step TEXT,
                error TEXT,
                trace_parent TEXT,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL);
            CREATE INDEX workflows_unfinished ON workflows (subject_id, sequence) WHERE state IN ('Queued', 'Running', 'Compensating')
            """),
    ];
}
