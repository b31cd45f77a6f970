using System.Text.Json.Nodes;
using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Tests.Redfish;

/// <summary>The messages against DMTF's registry.</summary>
public sealed class BaseMessagesTests
{
    private static readonly JsonObject Registry = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schemas", "Base.1.22.1.json")))!["Messages"]!.AsObject();

    public static TheoryData<string> Names =>
        [.. typeof(BaseMessages).GetMembers().Where(m => m is System.Reflection.PropertyInfo
            or System.Reflection.MethodInfo { IsSpecialName: false, IsStatic: true }).Select(m => m.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Message_InTheRegistry_ReadsTheSame(string name)
    {
        var message = Make(name);
        var registered = Registry[message.Key]!;
        Assert.Equal(registered["NumberOfArgs"]!.GetValue<int>(), message.Arguments.Count);
        Assert.Equal(registered["MessageSeverity"]!.GetValue<string>(), message.Severity);
        Assert.Equal(registered["Resolution"]!.GetValue<string>(), message.Resolution);
        var text = registered["Message"]!.GetValue<string>();
        for (var i = 0; i < message.Arguments.Count; i++)
            text = text.Replace($"%{i + 1}", message.Arguments[i], StringComparison.Ordinal);
        Assert.Equal(text, message.Text);
    }

    private static RedfishMessage Make(string name)
    {
        if (typeof(BaseMessages).GetProperty(name) is { } property)
            return (RedfishMessage)property.GetValue(null)!;
        var method = typeof(BaseMessages).GetMethod(name)!;
        object[] arguments = [.. method.GetParameters().Select((p, i) => p.ParameterType == typeof(int) ? (object)(7 + i) : "arg" + i)];
        return (RedfishMessage)method.Invoke(null, arguments)!;
    }
}
