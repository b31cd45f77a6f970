namespace Lab.Emulators.Bmc.Ipmi.Sessions;

/// <summary>Fills a span with random bytes: a cryptographic generator in the program, a seeded one in tests.</summary>
public delegate void FillRandom(Span<byte> bytes);
