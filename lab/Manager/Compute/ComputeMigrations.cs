using Lab.Manager.Database;

namespace Lab.Manager.Compute;

internal sealed class ComputeMigrations : IMigrations
{
    public string Feature => "compute";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("servers, attachments, flavors", """
            CREATE TABLE servers (
                id TEXT NOT NULL PRIMARY KEY,
                project_id TEXT NOT NULL,
                user_id TEXT NOT NULL,
                name TEXT NOT NULL,
                flavor_id TEXT NOT NULL,
                vcpus INTEGER NOT NULL,
                ram_mib INTEGER NOT NULL,
                image_id TEXT,
                status TEXT NOT NULL,
                task_state TEXT,
                requested_host TEXT,
                presented BOOLEAN NOT NULL,
                power TEXT NOT NULL,
                metadata_json TEXT NOT NULL,
                user_data TEXT,
                fault TEXT,
                fault_at BIGINT,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                launched_at BIGINT);
            CREATE INDEX servers_of_project ON servers (project_id);
            CREATE TABLE attachments (
                volume_id TEXT NOT NULL PRIMARY KEY,
                server_id TEXT NOT NULL,
                boot_index INTEGER NOT NULL,
                slot INTEGER NOT NULL,
                delete_on_termination BOOLEAN NOT NULL,
                url TEXT,
                presented BOOLEAN NOT NULL,
                created_at BIGINT NOT NULL);
            CREATE UNIQUE INDEX attachments_of_server ON attachments (server_id, slot);
            CREATE TABLE flavors (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                vcpus INTEGER NOT NULL,
                ram_mib INTEGER NOT NULL,
                disk_gib INTEGER NOT NULL,
                is_public BOOLEAN NOT NULL)
            """),
    ];
}
