using Lab.Manager.Database;

namespace Lab.Manager.BlockStorage;

internal sealed class BlockStorageMigrations : IMigrations
{
    public string Feature => "block-storage";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("volumes and snapshots", """
            CREATE TABLE volumes (
                id TEXT NOT NULL PRIMARY KEY,
                project_id TEXT NOT NULL,
                user_id TEXT NOT NULL,
                name TEXT NOT NULL,
                description TEXT,
                size_gib INTEGER NOT NULL,
                pending_size_gib INTEGER,
                status TEXT NOT NULL,
                bootable BOOLEAN NOT NULL,
                image_id TEXT,
                image_name TEXT,
                snapshot_id TEXT,
                clone_of TEXT,
                metadata_json TEXT NOT NULL,
                error TEXT,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL);
            CREATE INDEX volumes_of_project ON volumes (project_id);
            CREATE TABLE snapshots (
                id TEXT NOT NULL PRIMARY KEY,
                volume_id TEXT NOT NULL,
                project_id TEXT NOT NULL,
                name TEXT NOT NULL,
                description TEXT,
                size_gib INTEGER NOT NULL,
                bootable BOOLEAN NOT NULL,
                status TEXT NOT NULL,
                metadata_json TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL);
            CREATE INDEX snapshots_of_volume ON snapshots (volume_id)
            """),
    ];
}
