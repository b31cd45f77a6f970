using Lab.Manager.Http;

namespace Lab.Manager.Networking;

/// <summary>Refusals with neutron's exception names.</summary>
internal static class NetworkingFaults
{
    public static ApiException NetworkNotFound(string id) => ApiException.NotFound("Network", id, "NetworkNotFound");

    public static ApiException SubnetNotFound(string id) => ApiException.NotFound("Subnet", id, "SubnetNotFound");

    public static ApiException PortNotFound(string id) => ApiException.NotFound("Port", id, "PortNotFound");

    public static ApiException Invalid(string message) =>
        ApiException.BadRequest("Invalid input for operation: " + message, "InvalidInput");

    public static ApiException NetworkInUse(Guid id) => ApiException.Conflict(
        $"Unable to complete operation on network {id}. There are one or more ports still in use on the network.", "NetworkInUse");

    public static ApiException SubnetInUse(Guid id) => ApiException.Conflict(
        $"Unable to complete operation on subnet {id}: One or more ports have an IP allocation from this subnet.", "SubnetInUse");

    public static ApiException PortInUse(Guid id, Guid serverId) => ApiException.Conflict(
        $"Unable to complete operation on port {id}: it is attached to server {serverId}; detach it first.", "PortInUse");

    public static ApiException AddressInUse(string address, Guid subnetId) => ApiException.Conflict(
        $"IP address {address} already allocated in subnet {subnetId}.", "IpAddressAlreadyAllocated");

    public static ApiException NoAddressLeft(Guid networkId) => ApiException.Conflict(
        $"No more IP addresses available on network {networkId}.", "IpAddressGenerationFailure");

    public static ApiException MacInUse(string mac, Guid networkId) => ApiException.Conflict(
        $"Unable to complete operation for network {networkId}. The mac address {mac} is in use.", "MacAddressInUse");
}
