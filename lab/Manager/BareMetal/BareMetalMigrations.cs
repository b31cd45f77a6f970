using Lab.Manager.Database;

namespace Lab.Manager.BareMetal;

internal sealed class BareMetalMigrations : IMigrations
{
    public string Feature => "baremetal";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("nodes", """
            CREATE TABLE nodes (
                id TEXT NOT NULL PRIMARY KEY,
                number INTEGER NOT NULL UNIQUE,
                serial TEXT NOT NULL UNIQUE,
                provision_state TEXT NOT NULL,
                maintenance BOOLEAN NOT NULL,
                last_error TEXT,
                server_id TEXT UNIQUE,
                agent_version TEXT NOT NULL,
                storage_address TEXT NOT NULL,
                host_nqn TEXT NOT NULL,
                tunnel_address TEXT NOT NULL,
                system_uuid TEXT NOT NULL,
                vcpus INTEGER NOT NULL,
                memory_mib INTEGER NOT NULL,
                functions_max INTEGER NOT NULL,
                manufacturer TEXT NOT NULL,
                model TEXT NOT NULL,
                generation BIGINT NOT NULL,
                spec_json TEXT,
                status_json TEXT,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                seen_at BIGINT)
            """),
    ];
}
