using Lab.Manager.BareMetal;

namespace Lab.Manager.Tests.BareMetal;

public sealed class ProvisionStateMachineTests
{
    /// <summary>The way of a node through two tenants, as ironic/common/states.py has it.</summary>
    [Fact]
    public void Life_FromEnrolmentToTheNextTenant_FollowsIronic()
    {
        (ProvisionEvent Event, string State)[] life =
        [
            (ProvisionEvent.Manage, "verifying"), (ProvisionEvent.Done, "manageable"), (ProvisionEvent.Provide, "cleaning"),
            (ProvisionEvent.Done, "available"), (ProvisionEvent.Deploy, "deploying"), (ProvisionEvent.Fail, "deploy failed"),
            (ProvisionEvent.Delete, "deleting"), (ProvisionEvent.Clean, "cleaning"), (ProvisionEvent.Fail, "clean failed"),
            (ProvisionEvent.Manage, "manageable"), (ProvisionEvent.Provide, "cleaning"), (ProvisionEvent.Done, "available"),
            (ProvisionEvent.Deploy, "deploying"), (ProvisionEvent.Done, "active"), (ProvisionEvent.Delete, "deleting"), (ProvisionEvent.Fail, "error"),
        ];
        var state = ProvisionState.Enroll;
        foreach (var (happened, expected) in life)
        {
            state = ProvisionStateMachine.Next(state, happened)!.Value;
            Assert.Equal(expected, ProvisionStateMachine.Name(state));
        }
    }

    [Theory]
    [InlineData(nameof(ProvisionState.Active), nameof(ProvisionEvent.Deploy))]
    [InlineData(nameof(ProvisionState.Available), nameof(ProvisionEvent.Delete))]
    [InlineData(nameof(ProvisionState.Enroll), nameof(ProvisionEvent.Done))]
    [InlineData(nameof(ProvisionState.Cleaning), nameof(ProvisionEvent.Deploy))]
    public void Event_NotAllowedInTheState_LeadsNowhere(string state, string happened) =>
        Assert.Null(ProvisionStateMachine.Next(Enum.Parse<ProvisionState>(state), Enum.Parse<ProvisionEvent>(happened)));
}
