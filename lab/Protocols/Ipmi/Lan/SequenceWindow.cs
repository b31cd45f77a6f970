namespace Lab.Protocols.Ipmi.Lan;

/// <summary>
/// The sliding window of session sequence numbers of one direction (IPMI 2.0 §6.12.13): a number is taken once, when it is at most
/// 15 ahead of the highest taken or 16 behind it. Numbers wrap from FFFFFFFFh to 1; 0 is outside any session.
/// </summary>
/// <param name="highest">The highest number taken so far; a new session begins before 1.</param>
public sealed class SequenceWindow(uint highest = 0)
{
    public const uint Ahead = 15;
    public const uint Behind = 16;

    private uint taken = uint.MaxValue;

    /// <summary>Marks a number as taken; false when it is a replay or out of the window.</summary>
    public bool TryTake(uint sequence)
    {
        if (sequence == 0)
            return false;
        var forward = Distance(highest, sequence);
        if (forward is > 0 and <= Ahead)
        {
            taken = (taken << (int)forward) | 1;
            highest = sequence;
            return true;
        }
        var back = Distance(sequence, highest);
        var bit = 1u << (int)Math.Min(back, Behind);
        if (back > Behind || (taken & bit) != 0)
            return false;
        taken |= bit;
        return true;
    }

    public static uint Next(uint sequence) => sequence == uint.MaxValue ? 1 : sequence + 1;

    // Steps of Next from one to the other: 0 is skipped on the way around.
    private static uint Distance(uint from, uint to) => to >= from ? to - from : to - from - 1;
}
