package dev.llmops.eval.report;

import dev.llmops.eval.EvalResult.Scored;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page in a real headless Chromium, with its own driver; skipped where there is none. */
class HtmlReportBrowserTest {

  @TempDir static Path folder;

  private static ChromeDriver browser;

  @BeforeAll
  static void open() {
    Path chromium = onPath("chromium", "chromium-browser", "google-chrome");
    Path driver = onPath("chromedriver");
    if (chromium == null || driver == null) {
      System.err.println(
          "SKIPPED: the HTML report in a browser; install Debian's chromium and chromium-driver");
    }
    Assumptions.assumeTrue(chromium != null && driver != null, "chromium and chromedriver on PATH");
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--lang=en-GB",
        "--hide-scrollbars");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
    options.setCapability("goog:loggingPrefs", logs);
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(new File(driver.toString()))
                .usingAnyFreePort()
                .build(),
            options);
    browser.manage().window().setSize(new Dimension(1360, 1000));
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.quit();
    }
  }

  @Test
  void looksTheSameEverywhere() throws IOException {
    // with -Dllmops.screenshots=folder for a person to look at
    String folderOfShots = System.getProperty("llmops.screenshots");
    Assumptions.assumeTrue(folderOfShots != null);
    Path shots = Files.createDirectories(Path.of(folderOfShots));
    EvalReport before = SampleReport.of(240, 3, 1, 1.03);
    Path history = folder.resolve("history");
    for (int i = 1; i < 9; i++) {
      ReportWriter.of(
              SampleReport.of(240, 3, i, 0.97 + 0.01 * i)
                  .check(Gate.passRate("exact_match").atLeast(0.8)))
          .history(history)
          .writeTo(folder.resolve("old"));
    }
    EvalReport report =
        SampleReport.of(240, 3, 12, 0.95)
            .check(
                Gate.passRate("exact_match").atLeast(0.75),
                Gate.latency().shareWithin(Duration.ofSeconds(2), 0.95).warnWhenUndecided(),
                Gate.mean("toxicity").atLeast(0.9));
    Path page = folder.resolve("look.html");
    List<CaseRun> clean =
        before.runs().stream()
            .filter(
                run ->
                    run.error() == null
                        && run.results().stream().allMatch(Scored.class::isInstance))
            .toList();
    Files.writeString(
        page,
        ReportWriter.of(report)
            .baseline(Baseline.of(before.toBuilder().runs(clean).build()))
            .passesAt("faithfulness", 0.7)
            .history(history)
            .html());
    get(page);
    fullShot(shots.resolve("light.png"), 1360);
    click("#theme");
    fullShot(shots.resolve("dark.png"), 1360);
    click("#theme");
    click("#lang");
    browser.findElements(By.cssSelector(".row")).get(0).click();
    fullShot(shots.resolve("chinese-case.png"), 1360);
    click("#lang");
    fullShot(shots.resolve("case.png"), 1360);
    browser.findElement(By.cssSelector("body")).sendKeys(Keys.ESCAPE);
    fullShot(shots.resolve("mobile.png"), 390);
    browser.findElements(By.cssSelector(".row")).get(0).click();
    shot(shots.resolve("mobile-case.png"), 390, 844);
    browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
  }

  private static void get(Path page) {
    browser.manage().logs().get(LogType.BROWSER);
    browser.get(page.toUri().toString());
    new WebDriverWait(browser, Duration.ofSeconds(20))
        .until(
            each ->
                "1".equals(browser.executeScript("return document.documentElement.dataset.ready")));
  }

  private static void click(String selector) {
    browser.executeScript("document.querySelector(arguments[0]).click()", selector);
  }

  private static void fullShot(Path to, int width) throws IOException {
    shot(to, width, 900);
    long height =
        ((Number) browser.executeScript("return document.documentElement.scrollHeight"))
            .longValue();
    shot(to, width, (int) Math.min(6000, height));
  }

  private static void shot(Path to, int width, int height) throws IOException {
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    Files.write(to, browser.getScreenshotAs(OutputType.BYTES));
  }

  private static Path onPath(String... names) {
    for (String name : names) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
        Path found = Path.of(folder, name);
        if (Files.isExecutable(found)) {
          return found;
        }
      }
    }
    return null;
  }
}
