# Writes the vectors the kernels are tested against. Debian: r-base-core r-cran-boot r-cran-coin r-cran-exactranktests
# r-cran-diptest; then: Rscript vectors.R > vectors.json
suppressMessages({ library(boot); library(coin); library(exactRankTests); library(diptest) })
number <- function(v) if (length(v) == 0) "[]" else
  paste0("[", paste(ifelse(is.infinite(v), ifelse(v > 0, "1e999", "-1e999"), sprintf("%.17g", v)), collapse = ", "), "]")
field <- function(name, v) sprintf('"%s": %s', name, if (is.character(v)) sprintf('"%s"', v) else if (length(v) == 1 && !is.list(v)) sub("^\\[(.*)\\]$", "\\1", number(v)) else number(v))
row <- function(source, ...) { v <- list(...); paste0("    { ", paste(c(field("source", source), mapply(field, names(v), v)), collapse = ", "), " }") }
section <- function(name, rows) sprintf('  "%s": [\n%s\n  ]', name, paste(rows, collapse = ",\n"))

# Mann-Whitney -------------------------------------------------------------------------------------------------------
permeability <- list(x = c(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46), y = c(1.15, 0.88, 0.90, 0.74, 1.21))
ozone <- lapply(c(5, 8), function(m) na.omit(airquality$Ozone[airquality$Month == m]))
set.seed(20)
cases <- list(
  list("?wilcox.test, permeability of chorioamnion (Hollander and Wolfe 1973, p. 69)", permeability$x, permeability$y),
  list("?wilcox.test, airquality: ozone in May and August, ties", as.numeric(ozone[[1]]), as.numeric(ozone[[2]])),
  list("ties, unequal sizes", c(1, 2, 2), c(2, 3, 3, 4, 5, 5, 5, 6, 7, 7, 8, 9)),
  list("two values against many, ties", c(4, 9), c(1, 2, 2, 3, 3, 3, 4, 4, 9)),
  list("two distinct values", c(1, 1, 1, 2, 1, 2), c(2, 2, 1, 2, 2, 2, 2)),
  list("5 against 5, apart", 1:5 + 0, 6:10 + 0),
  list("4 against 4, apart", 1:4 + 0, 5:8 + 0),
  list("30 against 30, no ties", rnorm(30), rnorm(30, 0.7)))
rows <- sapply(cases, function(case) {
  x <- case[[2]]; y <- case[[3]]
  exact <- pvalue(wilcox_test(v ~ g, data.frame(v = c(x, y), g = factor(rep(c("x", "y"), c(length(x), length(y))))), distribution = "exact"))
  other <- wilcox.exact(x, y)$p.value
  stopifnot(abs(exact - other) < 1e-9)
  approximate <- suppressWarnings(wilcox.test(x, y, exact = FALSE)$p.value)
  row(case[[1]], x = x, y = y, exact = as.numeric(exact), approximate = approximate)
})
parts <- section("mannWhitney", rows)

# Hodges-Lehmann: shift of y against x --------------------------------------------------------------------------------
set.seed(21)
cases <- list(
  list("?wilcox.test, permeability", permeability$x, permeability$y, 0.95),
  list("even number of pairs", c(1.1, 2.3, 0.4, 3.7), c(2.05, 4.4, 3.3, 5.12, 0.93), 0.90),
  list("5 against 5", rnorm(5), rnorm(5, 1), 0.95),
  list("20 against 24", exp(rnorm(20)), exp(rnorm(24, 0.5)), 0.99))
rows <- sapply(cases, function(case) {
  t <- wilcox.test(case[[3]], case[[2]], conf.int = TRUE, conf.level = case[[4]], exact = TRUE)
  row(case[[1]], x = case[[2]], y = case[[3]], level = case[[4]], shift = unname(t$estimate), low = t$conf.int[1], high = t$conf.int[2])
})
parts <- c(parts, section("hodgesLehmann", rows))

# BCa: the replicates that boot drew, and its interval from them -------------------------------------------------------
set.seed(22)
bca <- function(source, b, level) {
  # A replicate equal to the estimate counts half in our code and not at all in boot; those few are left out of the vectors.
  t <- b$t[b$t != b$t0]
  influence <- empinf(b, type = "jack")
  b$t <- matrix(t)
  b$R <- length(t)
  ci <- boot.ci(b, conf = level, type = "bca", L = influence)$bca
  row(source, estimate = unname(b$t0), replicates = t, influence = influence, level = level, low = ci[4], high = ci[5])
}
ratio <- function(d, i) mean(d$x[i]) / mean(d$u[i])
city <- boot(city, ratio, R = 399)
two <- data.frame(v = c(sort(rexp(14)), sort(1.4 * rexp(12))), g = rep(1:2, c(14, 12)))
hl <- boot(two, function(d, i) { s <- d[i, ]; median(outer(s$v[s$g == 2], s$v[s$g == 1], "-")) }, R = 599, strata = two$g)
rows <- c(
  bca("?boot.ci, the ratio of means of the city data (Davison and Hinkley 1997, example 5.8)", city, 0.95),
  bca("the same, 90 %", city, 0.90),
  bca("Hodges-Lehmann shift of two exponential samples, resampled as strata", hl, 0.95))
parts <- c(parts, section("bca", rows))

parts <- c(parts, section("influence", row("empinf, jackknife, of the third row of bca", x = two$v[two$g == 1], y = two$v[two$g == 2], influence = empinf(hl, type = "jack"))))

# Benjamini-Hochberg ----------------------------------------------------------------------------------------------------
bh <- c(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0)
set.seed(23)
shuffled <- c(sample(bh), 0.0278)
parts <- c(parts, section("benjaminiHochberg", c(
  row("Benjamini and Hochberg 1995, section 3.2", p = bh, q = p.adjust(bh, "BH")),
  row("the same, shuffled, with a tie", p = shuffled, q = p.adjust(shuffled, "BH")))))

# Wilson ----------------------------------------------------------------------------------------------------------------
wilson <- function(k, n, level, source) {
  ci <- suppressWarnings(prop.test(k, n, conf.level = level, correct = FALSE)$conf.int)
  row(source, count = k, trials = n, level = level, low = ci[1], high = ci[2])
}
parts <- c(parts, section("wilson", c(
  wilson(83, 86, 0.95, "?prop.test, smokers (Fleiss 1981, p. 139)"), wilson(0, 20, 0.95, "none"), wilson(20, 20, 0.99, "all"), wilson(1, 7, 0.95, "one of seven"))))

# Fisher ----------------------------------------------------------------------------------------------------------------
fisher <- function(a, m, b, n, source) row(source, countA = a, trialsA = m, countB = b, trialsB = n, p = fisher.test(matrix(c(a, m - a, b, n - b), 2))$p.value)
parts <- c(parts, section("fisher", c(
  fisher(3, 4, 1, 4, "?fisher.test, TeaTasting (Agresti 1990, p. 61)"), fisher(2, 17, 10, 13, "?fisher.test, Convictions (Fisher 1962)"),
  fisher(0, 20, 6, 20, "none against six"), fisher(1, 300, 9, 280, "rare"), fisher(5, 5, 5, 5, "all"))))

# Kendall's trend over the order ------------------------------------------------------------------------------------------
trend <- function(v, source) row(source, values = v, p = suppressWarnings(cor.test(seq_along(v), v, method = "kendall", exact = FALSE, continuity = TRUE)$p.value))
parts <- c(parts, section("kendall", c(
  trend(c(2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8), "?cor.test, tuna's second column (Hollander and Wolfe 1973, p. 187)"),
  trend(as.numeric(Nile), "Nile: ties, a step in 1898"), trend(c(1, 1, 2, 2, 2, 3, 3, 1, 2, 3), "ties"))))

# Dip ---------------------------------------------------------------------------------------------------------------------
data(statfaculty)
set.seed(24)
dips <- list(list("?dip, statfaculty (Hartigan and Hartigan 1985)", as.numeric(statfaculty)), list("faithful: eruptions", faithful$eruptions),
  list("normal", rnorm(50)), list("exponential", rexp(40)), list("two modes", c(rnorm(20), rnorm(25, 5))), list("three values", c(1, 1, 2, 2, 3)))
parts <- c(parts, section("dip", sapply(dips, function(case) row(case[[1]], values = sort(case[[2]]), dip = dip(case[[2]]), p = suppressMessages(dip.test(case[[2]])$p.value)))))

# Permutation of means, all relabellings -----------------------------------------------------------------------------------
perm <- function(x, y, source) row(source, x = x, y = y,
  p = as.numeric(pvalue(oneway_test(v ~ g, data.frame(v = c(x, y), g = factor(rep(1:2, c(length(x), length(y))))), distribution = "exact"))))
parts <- c(parts, section("permutation", c(perm(permeability$x, permeability$y, "permeability"), perm(c(1, 2, 4), c(3, 8, 9, 9), "ties"), perm(c(1.5, 2.25, 2.5, 2, 1.25), c(3, 4, 3.5, 2.75, 5), "apart"))))

# Rank of the upper bound of a quantile ---------------------------------------------------------------------------------------
rank <- function(n, tau) row("qbinom(0.95, n, tau) + 1", n = n, tau = tau, rank = qbinom(0.95, n, tau) + 1)
parts <- c(parts, section("upperBound", c(rank(59, 0.95), rank(100, 0.95), rank(93, 0.95), rank(500, 0.95), rank(299, 0.99), rank(1000, 0.99), rank(20, 0.5))))

cat("{\n", sprintf('  "made": "%s; boot %s, coin %s, exactRankTests %s, diptest %s",\n', R.version.string, packageVersion("boot"), packageVersion("coin"),
  packageVersion("exactRankTests"), packageVersion("diptest")), paste(parts, collapse = ",\n"), "\n}\n", sep = "")
