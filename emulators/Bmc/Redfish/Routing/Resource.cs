using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Accounts;

namespace Lab.Emulators.Bmc.Redfish;

/// <summary>What a method does at a URI, and the least role that may ask for it; null is for everyone, without login.</summary>
internal sealed record MethodHandler(Role? Role, Func<RedfishRequest, Task> InvokeAsync);

/// <summary>What is at the URIs of one template: how it reads, and what else can be done with it.</summary>
internal sealed class Resource(string template)
{
    private readonly Dictionary<string, MethodHandler> others = [];

    internal string Template => template;

    /// <summary>Null result: there is no such resource at this BMC. Null itself: nothing can be read, as with actions.</summary>
    internal Func<RedfishRequest, ValueTask<JsonObject?>>? Read { get; private init; }

    /// <summary>Null: readable without login (DSP0266 §13.3.1).</summary>
    internal Role? ReadRole { get; private set; } = Role.ReadOnly;

    /// <summary>The device state and the profile alone say how it reads, so that it can be kept until either changes.</summary>
    internal bool IsStable { get; private set; }

    /// <summary>Bodies that are not JSON are for the handler to judge.</summary>
    internal bool TakesAnyBody { get; private set; }

    internal string Allow { get; private set; } = "";

    internal static Resource At(string template, Func<RedfishRequest, ValueTask<JsonObject?>> read) => new Resource(template) { Read = read }.Allowing();

    internal static Resource WithoutReading(string template) => new Resource(template).Allowing();

    internal MethodHandler? Find(string method) => others.GetValueOrDefault(method);

    internal Resource Public()
    {
        ReadRole = null;
        return this;
    }

    /// <summary>Reading asks for more than a login.</summary>
    internal Resource ReadBy(Role role)
    {
        ReadRole = role;
        return this;
    }

    internal Resource Stable()
    {
        IsStable = true;
        return this;
    }

    internal Resource AnyBody()
    {
        TakesAnyBody = true;
        return this;
    }

    /// <summary>A method whose handler writes the answer itself.</summary>
    internal Resource On(string method, Role? role, Func<RedfishRequest, Task> handler)
    {
        others.Add(method, new MethodHandler(role, handler));
        return Allowing();
    }

    /// <param name="change">Takes the properties it knows, calls <see cref="RequestBody.End"/>, then changes.</param>
    internal Resource Patch(Role role, Func<RedfishRequest, RequestBody, Task> change) =>
        On(HttpMethods.Patch, role, request => ResourceWriter.PatchAsync(this, request, change));

    internal Resource Patch(Role role, Action<RedfishRequest, RequestBody> change) => Patch(role, (request, body) =>
    {
        change(request, body);
        return Task.CompletedTask;
    });

    /// <summary>Makes a member of a collection.</summary>
    /// <param name="create">Returns the URI of what was made.</param>
    internal Resource Create(Role role, Func<RedfishRequest, RequestBody, Task<string>> create) =>
        On(HttpMethods.Post, role, request => ResourceWriter.CreateAsync(request, create));

    internal Resource Delete(Role role, Func<RedfishRequest, Task> delete) =>
        On(HttpMethods.Delete, role, request => ResourceWriter.DeleteAsync(this, request, delete));

    private Resource Allowing()
    {
        IEnumerable<string> reading = Read is null ? [] : [HttpMethods.Get, HttpMethods.Head];
        Allow = string.Join(", ", reading.Concat(others.Keys).Append(HttpMethods.Options).Distinct());
        return this;
    }
}
