using Lab.Manager.Configuration;

namespace Lab.Manager.Tests.Configuration;

public sealed class BootstrapReaderTests
{
    [Fact]
    public void Read_OfAWholeFile_GivesAllOfIt()
    {
        var file = Read("""
            region: Lab
            projects:
              - {name: admin, id: 7f3b0b9e-6f0e-4a8e-9f0e-000000000001}
              - {name: red, description: Tenant}
            users:
              - {name: root, password: env:ROOT_PASSWORD, roles: [{project: admin, role: admin}, {project: red, role: member}]}
            flavors:
              - {name: small, vcpus: 2, ram_mib: 1024, disk_gib: 4}
            """);

        Assert.Equal("Lab", file.Region);
        Assert.Equal(Guid.Parse("7f3b0b9e-6f0e-4a8e-9f0e-000000000001"), file.Projects[0].Id);
        Assert.Equal("Tenant", file.Projects[1].Description);
        Assert.Equal("secret", file.Users[0].Password);
        Assert.Equal([new BootstrapRole("admin", "admin"), new BootstrapRole("red", "member")], file.Users[0].Roles);
        Assert.Equal(new BootstrapFlavor("small", "small", 2, 1024, 4), file.Flavors[0]);
    }

    [Fact]
    public void Read_OfProjectsWithoutIds_GivesTheSameIdsEachTime()
    {
        const string yaml = "projects: [{name: red}, {name: blue}]";

        Assert.Equal(Read(yaml).Projects.Select(p => p.Id), Read(yaml).Projects.Select(p => p.Id));
        Assert.Equal(2, Read(yaml).Projects.Select(p => p.Id).Distinct().Count());
    }

    [Fact]
    public void Read_OfManyErrors_TellsAllWithTheirLines()
    {
        var refused = Assert.Throws<ManagerException>(() => Read("""
            projects:
              - {nam: admin}
              - {name: red, id: zz}
              - {name: red}
            users:
              - {name: root, password: plain-text-secret, roles: [{project: blue, role: boss}]}
              - {name: rita}
              - {name: rex, password: env:NOT_SET}
            flavors: [{name: huge, vcpus: many}]
            flavours: []
            """));

        Assert.Equal(
            [
                "cloud.yaml:2: unknown field 'nam' in projects[0] (known: name, id, description)",
                "cloud.yaml:2: 'name' is missing in projects[0]",
                "cloud.yaml:3: 'zz' is no UUID",
                "cloud.yaml:4: project 'red' is defined twice",
                "cloud.yaml:6: a password is not written into the file; name an environment variable: env:NAME",
                "cloud.yaml:6: no project 'blue' is defined",
                "cloud.yaml:6: there is no role 'boss' (roles: admin, member, reader)",
                "cloud.yaml:7: 'password' is missing in users[1]",
                "cloud.yaml:8: the environment variable NOT_SET is not set or empty",
                "cloud.yaml:9: 'vcpus' must be a whole number from 1 to 1024",
                "cloud.yaml:10: unknown field 'flavours' in the file (known: region, projects, users, flavors)",
            ],
            refused.Message.Split(Environment.NewLine));
    }

    [Theory]
    [InlineData("", "one YAML mapping")]
    [InlineData("- a\n- b", "one YAML mapping")]
    [InlineData("projects: [", "not valid YAML")]
    [InlineData("projects: {}\nprojects: {}", "not valid YAML")]
    [InlineData("projects: 5", "must be a list")]
    public void Read_OfWhatIsNoBootstrapFile_SaysSo(string yaml, string reason)
    {
        Assert.Contains(reason, Assert.Throws<ManagerException>(() => Read(yaml)).Message, StringComparison.Ordinal);
    }

    private static BootstrapFile Read(string yaml) =>
        new BootstrapReader(name => name == "ROOT_PASSWORD" ? "secret" : null).Read(yaml, "cloud.yaml");
}
