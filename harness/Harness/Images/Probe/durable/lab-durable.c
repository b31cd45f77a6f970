/*
 * lab-durable: proves that a disk keeps what it acknowledged.
 *
 *   lab-durable write DEVICE VOLUME BLOCKS [-n COUNT] GENERATION...
 *       One writer for each GENERATION, the number it begins with. A writer owns an equal share of the first BLOCKS blocks; a generation
 *       writes BATCH of them past the page cache, flushes, and tells that the flush was acknowledged. Ends on SIGTERM, or after COUNT.
 *   lab-durable verify DEVICE VOLUME BLOCKS GENERATION...
 *       GENERATION: the last one told by each writer, 0 for none. Every block has to be of its last acknowledged generation, or of a later
 *       one that writes it; zero if none does.
 *
 * Every sector says whose it is: volume, place and generation, and what fills it follows from these, so that any byte that is not in its
 * place is found: lost (older than acknowledged), torn (not one generation, or no sector of ours), foreign (of another volume or place).
 * Exit codes: 0 all is well, 1 something is not, 2 usage, 3 the device failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECTOR 512
#define BLOCK 4096
#define SECTORS (BLOCK / SECTOR)
#define WORDS (SECTOR / 8)
#define BATCH 32
#define WRITERS_MAX 16
#define BLOCKS_MAX (1 << 20)
#define READ_BLOCKS 64
#define FAULTS_TOLD 8
#define MAGIC 0x4c41424455524142ull

static volatile sig_atomic_t stopped;
static uint64_t volume, blocks, share;

static void stop(int signal) { (void)signal; stopped = 1; }

/* Finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

/* The block that a writer's generation writes as its nth. */
static uint64_t block_of(int writer, uint64_t generation, int n)
{
    return writer * share + mix(mix(volume ^ mix(generation)) + writer * BATCH + n) % share;
}

static int writes(int writer, uint64_t generation, uint64_t block)
{
    for (int n = 0; n < BATCH; n++)
        if (block_of(writer, generation, n) == block)
            return 1;
    return 0;
}

static void fill_sector(uint64_t *words, uint64_t place, uint64_t generation)
{
    words[0] = MAGIC;
    words[1] = volume;
    words[2] = place;
    words[3] = generation;
    uint64_t x = mix(volume ^ mix(place) ^ mix(generation + MAGIC));
    for (int i = 4; i < WORDS; i++)
        words[i] = x = mix(x);
}

static int fail(const char *what)
{
    fprintf(stderr, "lab-durable: error %s: %s\n", what, strerror(errno));
    return 3;
}

/* One write(2) a line, so that lines of several writers stay whole. */
static void tell_flushed(int writer, uint64_t generation)
{
    char line[96];
    int length = snprintf(line, sizeof line, "lab-durable: flushed writer=%d generation=%llu\n", writer, (unsigned long long)generation);
    if (write(1, line, length) != length)
        stopped = 1;
}

static int write_blocks(int fd, int writer, uint64_t generation, uint64_t count, char *buffer)
{
    for (uint64_t last = generation + count; !stopped && (count == 0 || generation < last); generation++) {
        for (int n = 0; n < BATCH; n++) {
            uint64_t block = block_of(writer, generation, n);
            for (int s = 0; s < SECTORS; s++)
                fill_sector((uint64_t *)(buffer + s * SECTOR), block * SECTORS + s, generation);
            if (pwrite(fd, buffer, BLOCK, block * BLOCK) != BLOCK)
                return fail("write");
        }
        if (fdatasync(fd) != 0)
            return fail("flush");
        tell_flushed(writer, generation);
    }
    return 0;
}

static int write_all(int fd, uint64_t count, int writers, const uint64_t *generations, char *buffer)
{
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGTERM, &action, NULL);
    for (int writer = 0; writer < writers; writer++) {
        pid_t child = fork();
        if (child < 0)
            return fail("fork");
        if (child == 0)
            _exit(write_blocks(fd, writer, generations[writer], count, buffer));
    }
    int result = 0, status;
    for (int left = writers; left > 0;) {
        pid_t child = wait(&status);
        if (child < 0 && errno == EINTR)
            continue;
        if (child < 0)
            return fail("wait");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            result = 3;
        left--;
    }
    return result;
}

enum finding { FINE, LOST, TORN, FOREIGN, FINDINGS };
static const char *const names[] = { "fine", "lost", "torn", "foreign" };

/* What is in a block; its generation where it has one, 0 for zeros. */
static enum finding judge(const char *bytes, uint64_t block, uint64_t *generation)
{
    uint64_t expected[WORDS];
    int torn = 0;
    for (int s = 0; s < SECTORS; s++) {
        const uint64_t *words = (const uint64_t *)(bytes + s * SECTOR);
        uint64_t found = 0;
        if (words[0] == MAGIC) {
            if (words[1] != volume || words[2] != block * SECTORS + s)
                return FOREIGN;
            found = words[3];
            fill_sector(expected, words[2], found);
            torn |= memcmp(expected, words, SECTOR) != 0 || found == 0;
        } else
            for (int i = 0; i < WORDS; i++)
                torn |= words[i] != 0;
        if (s == 0)
            *generation = found;
        torn |= *generation != found;
    }
    return torn ? TORN : FINE;
}

static int verify(int fd, int writers, const uint64_t *acknowledged, char *buffer)
{
    uint64_t *last = calloc(blocks, sizeof *last);
    if (last == NULL)
        return fail("memory");
    for (int writer = 0; writer < writers; writer++)
        for (uint64_t generation = 1; generation <= acknowledged[writer]; generation++)
            for (int n = 0; n < BATCH; n++)
                last[block_of(writer, generation, n)] = generation;
    unsigned long long counts[FINDINGS] = { 0 }, written = 0;
    for (uint64_t first = 0; first < blocks; first += READ_BLOCKS) {
        uint64_t some = blocks - first < READ_BLOCKS ? blocks - first : READ_BLOCKS;
        if (pread(fd, buffer, some * BLOCK, first * BLOCK) != (ssize_t)(some * BLOCK))
            return fail("read");
        for (uint64_t i = 0; i < some; i++) {
            uint64_t block = first + i, found = 0;
            enum finding finding = judge(buffer + i * BLOCK, block, &found);
            written += found != 0;
            if (finding == FINE && found != last[block] && (found < last[block] || !writes(block / share, found, block)))
                finding = LOST;
            if (finding != FINE && counts[LOST] + counts[TORN] + counts[FOREIGN] < FAULTS_TOLD)
                printf("lab-durable: %s block=%llu found=%llu acknowledged=%llu\n", names[finding], (unsigned long long)block,
                       (unsigned long long)found, (unsigned long long)last[block]);
            counts[finding]++;
        }
    }
    printf("lab-durable: verified blocks=%llu written=%llu lost=%llu torn=%llu foreign=%llu\n", (unsigned long long)blocks, written,
           counts[LOST], counts[TORN], counts[FOREIGN]);
    return counts[FINE] != blocks;
}

/* A number that is all of the text. */
static int read_number(const char *text, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(text, &end, 0);
    return errno == 0 && end != text && *end == 0 && text[0] != '-';
}

int main(int argc, char **argv)
{
    uint64_t generations[WRITERS_MAX], count = 0;
    int at = 5, writers = 0;
    int writing = argc > 1 && strcmp(argv[1], "write") == 0;
    if (argc < 6 || (!writing && strcmp(argv[1], "verify") != 0) || !read_number(argv[3], &volume) || !read_number(argv[4], &blocks))
        goto usage;
    if (writing && strcmp(argv[at], "-n") == 0) {
        if (argc < at + 3 || !read_number(argv[at + 1], &count) || count == 0)
            goto usage;
        at += 2;
    }
    for (; at < argc; at++, writers++)
        if (writers == WRITERS_MAX || !read_number(argv[at], &generations[writers]) || (writing && generations[writers] == 0))
            goto usage;
    if (blocks > BLOCKS_MAX || blocks < (uint64_t)writers || blocks % writers != 0)
        goto usage;
    share = blocks / writers;
    char *buffer;
    if (posix_memalign((void **)&buffer, BLOCK, READ_BLOCKS * BLOCK) != 0)
        return fail("memory");
    int fd = open(argv[2], (writing ? O_RDWR : O_RDONLY) | O_DIRECT | O_CLOEXEC);
    if (fd < 0)
        return fail(argv[2]);
    return writing ? write_all(fd, count, writers, generations, buffer) : verify(fd, writers, generations, buffer);
usage:
    fprintf(stderr,
            "usage: lab-durable write DEVICE VOLUME BLOCKS [-n COUNT] GENERATION... | lab-durable verify DEVICE VOLUME BLOCKS GENERATION...\n"
            "BLOCKS: at most %d, a multiple of the number of GENERATIONs, of which there are at most %d\n", BLOCKS_MAX, WRITERS_MAX);
    return 2;
}
