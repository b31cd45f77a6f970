using Lab.Manager.Database;

namespace Lab.Manager.Images;

internal sealed class ImageMigrations : IMigrations
{
    public string Feature => "images";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("images", """
            CREATE TABLE images (
                id TEXT NOT NULL PRIMARY KEY,
                project_id TEXT NOT NULL,
                name TEXT,
                status TEXT NOT NULL,
                visibility TEXT NOT NULL,
                disk_format TEXT NOT NULL,
                min_disk_gib INTEGER NOT NULL,
                min_ram_mib INTEGER NOT NULL,
                protected BOOLEAN NOT NULL,
                size_bytes BIGINT,
                virtual_size_bytes BIGINT,
                sha256 TEXT,
                failure TEXT,
                properties TEXT NOT NULL,
                tags TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL)
            """),
    ];
}
