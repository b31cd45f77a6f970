using Lab.Contracts.Telemetry;

namespace Lab.Reports.Sections;

/// <summary>Phases in the order in which a boot goes through them; unknown ones after the known.</summary>
internal static class PhaseOrder
{
    public static int Of(string phase)
    {
        for (var i = 0; i < OperationActivities.InOrder.Count; i++)
        {
            if (OperationActivities.InOrder[i] == phase)
                return i;
        }

        return int.MaxValue;
    }
}
