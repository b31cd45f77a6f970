using Lab.Manager.Database;

namespace Lab.Manager.Networking;

internal sealed class NetworkingMigrations : IMigrations
{
    public string Feature => "networking";

    public IReadOnlyList<Migration> Steps { get; } =
    [
        new("networks, subnets, ports", """
            CREATE TABLE networks (
                id TEXT NOT NULL PRIMARY KEY,
                project_id TEXT NOT NULL,
                name TEXT NOT NULL,
                description TEXT NOT NULL,
                vni INTEGER NOT NULL UNIQUE,
                mtu INTEGER NOT NULL,
                shared BOOLEAN NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL);
            CREATE TABLE subnets (
                id TEXT NOT NULL PRIMARY KEY,
                network_id TEXT NOT NULL REFERENCES networks (id),
                project_id TEXT NOT NULL,
                name TEXT NOT NULL,
                description TEXT NOT NULL,
                cidr TEXT NOT NULL,
                gateway TEXT,
                pools TEXT NOT NULL,
                dns_servers TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (network_id, cidr));
            CREATE TABLE ports (
                id TEXT NOT NULL PRIMARY KEY,
                network_id TEXT NOT NULL REFERENCES networks (id),
                project_id TEXT NOT NULL,
                name TEXT NOT NULL,
                description TEXT NOT NULL,
                mac_address TEXT NOT NULL,
                vnic_type TEXT NOT NULL,
                server_id TEXT,
                owned_by_server BOOLEAN NOT NULL,
                node_id TEXT,
                active BOOLEAN NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                UNIQUE (network_id, mac_address));
            CREATE INDEX ports_server_id ON ports (server_id);
            CREATE INDEX ports_node_id ON ports (node_id);
            CREATE TABLE port_leases (
                subnet_id TEXT NOT NULL REFERENCES subnets (id),
                ip_address TEXT NOT NULL,
                port_id TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE,
                position INTEGER NOT NULL,
                PRIMARY KEY (subnet_id, ip_address));
            CREATE INDEX port_leases_port_id ON port_leases (port_id)
            """),
    ];
}
