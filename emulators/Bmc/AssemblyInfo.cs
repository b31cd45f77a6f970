using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Lab.Emulators.Bmc.Tests")]
