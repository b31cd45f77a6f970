using Lab.Emulators.Bmc.Redfish;

namespace Lab.Emulators.Bmc.Tests.Redfish;

public sealed class BaseMessagesTests
{
    public static TheoryData<string> Names =>
        [.. typeof(BaseMessages).GetMembers().Where(m => m is System.Reflection.PropertyInfo
            or System.Reflection.MethodInfo { IsSpecialName: false, IsStatic: true }).Select(m => m.Name)];

    /// <summary>A message that the registry does not know, or with other arguments, throws.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Message_OfTheRegistry_HasItsArgumentsFilledIn(string name)
    {
        var message = Make(name);
        Assert.StartsWith("Base.1.22.", message.MessageId, StringComparison.Ordinal);
        Assert.All(message.Arguments, argument => Assert.Contains(argument, message.Text, StringComparison.Ordinal));
        Assert.DoesNotContain('%', message.Text);
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
