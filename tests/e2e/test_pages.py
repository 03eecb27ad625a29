"""What a planner does in the browser, from a bad file to a report; and pages that anybody can read."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DAY, Service

PROGRAM = "P040"
SERIOUS = ("serious", "critical")


def test_from_a_bad_file_to_a_report(desk: Page, service: Service, files: dict[str, Path], tmp_path: Path) -> None:
    # A bad file: one header that nobody knows, one row twice.
    upload(desk, service, "programs", files["programs"])
    expect(desk.get_by_role("status").first).to_contain_text("尚未采用")
    expect(desk.locator("table.issues")).to_contain_text("专业名称")

    # Mapping: the owner says what the column is, then leaves the row out that is there twice.
    desk.get_by_label("咱们这儿的叫法: 对应到").select_option("name")
    desk.get_by_role("button", name="按此对应重新检查").click()
    expect(desk.locator("table.issues tbody tr")).to_have_count(1)
    expect(desk.locator("table.issues tbody tr th")).to_have_text("14")
    expect(desk.get_by_label("咱们这儿的叫法: 对应到")).to_have_value("name")
    desk.get_by_label("去掉有问题的行").check()
    desk.get_by_role("button", name="按此对应重新检查").click()
    expect(desk.get_by_role("status").first).to_contain_text("已通过检查：12行")
    for kind in ("outcomes", "demands", "coverage"):
        upload(desk, service, kind, files[kind])
        expect(desk.get_by_role("status").first).to_contain_text("已通过检查")

    # The assessment, with its progress, which leads to the overview by itself.
    desk.get_by_role("link", name="新建分析").first.click()
    desk.get_by_label("名称").fill("两个领域，再来一次")
    desk.get_by_label("分析日期").fill(DAY)
    desk.get_by_role("button", name="开始分析").click()
    expect(desk.get_by_label("进度")).to_be_visible()
    desk.wait_for_url("**/assessments/*", timeout=60_000)
    expect(desk.get_by_role("heading", level=1)).to_have_text("总览")
    made = desk.url.split("?")[0]

    # One flag: found by typing, read with its certificate.
    desk.get_by_role("link", name="专业点", exact=True).first.click()
    desk.get_by_role("searchbox").press_sequentially("工程造价 B职业")
    expect(desk.locator("#results tbody tr")).to_have_count(1)
    assert "q=" in desk.url
    desk.locator("#results").get_by_role("link", name="工程造价").click()
    expect(desk.locator(".verdict")).to_contain_text("撤并淘汰")
    left = desk.locator(".sum-up .result")
    supply, posts, rest = (float(n) for n in re.findall(r"\d+\.\d\d", left.inner_text())[:3])
    assert round(supply - posts, 2) == rest > 0

    # What if: the answer comes while the slider moves, and says what changes.
    desk.get_by_label("低就业界线").fill("0.35")
    expect(desk.locator("#what-if-answer .answer dd").first).to_contain_text("稳定规模")
    expect(desk.locator(".slider", has=desk.get_by_label("低就业界线")).locator("output")).to_have_text("0.35")

    # Override, with a reason; the advice stays.
    desk.get_by_label("调整为").select_option("maintain")
    form = desk.locator("form", has=desk.get_by_role("heading", name="复核调整"))
    form.get_by_label("理由").fill("县内唯一布点，<b>观察一届</b>")
    form.get_by_role("button", name="提交").click()
    expect(desk.locator(".overridden")).to_contain_text("稳定规模")
    expect(desk.locator(".verdict")).to_contain_text("撤并淘汰")
    expect(desk.locator(".records")).to_contain_text("县内唯一布点，<b>观察一届</b>")

    # A report, made by a job and downloaded.
    desk.goto(f"{made}/reports")
    desk.get_by_label("格式").select_option("html")
    desk.get_by_role("button", name="生成报告").click()
    download = desk.get_by_role("link", name="下载")
    with desk.expect_download() as found:
        download.click()
    report = tmp_path / found.value.suggested_filename
    found.value.save_as(report)
    assert "工程造价" in report.read_text(encoding="utf-8")


def test_a_page_without_its_script_still_answers(service: Service, browser: object) -> None:
    """Sliders, filters and progress are forms and links first."""
    page = browser.new_context(java_script_enabled=False).new_page()  # type: ignore[attr-defined]
    page.goto(f"{service.url}/login?lang=en")
    page.get_by_label("Access key").fill(service.key)
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{service.url}/assessments/{service.assessment}/programs")
    page.get_by_label("expand").check()
    page.get_by_role("button", name="Apply").click()
    assert page.locator("#results tbody tr").count() == 1
    page.goto(f"{service.url}/assessments/{service.assessment}/programs/{PROGRAM}")
    page.get_by_label("Employment is low below").fill("0.35")
    page.get_by_role("button", name="Calculate").click()
    expect(page.locator("#what-if-answer .answer dd").first).to_contain_text("maintain")
    page.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_can_be_read_by_machine_and_by_keyboard(desk: Page, service: Service, language: str) -> None:
    """axe finds nothing serious; there is one heading of the first level, and the first Tab offers to skip the menu."""
    base = f"/assessments/{service.assessment}"
    pages = [
        base, f"{base}/programs", f"{base}/programs?q=nothing-at-all", f"{base}/programs/{PROGRAM}",
        f"{base}/programs/P048", f"{base}/demands?left=any", f"{base}/reports", "/assessments", "/assessments/new",
        "/compare", "/policies", "/policies/anhui-2022", "/tables", "/jobs", f"/jobs/{service.assessment}", "/nowhere",
    ]  # fmt: skip
    axe, found = Axe(), []
    for path in pages:
        desk.goto(f"{service.url}{path}{'&' if '?' in path else '?'}lang={language}")
        assert desk.locator("h1").count() == 1, path
        assert desk.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
        violations = axe.run(desk).response["violations"]
        found += [(path, v["id"], v["nodes"][0]["target"]) for v in violations if v["impact"] in SERIOUS]
        width = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width == 0, path
    assert not found
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_pages_fit_a_narrow_screen(desk: Page, service: Service) -> None:
    desk.set_viewport_size({"width": 390, "height": 800})
    base = f"{service.url}/assessments/{service.assessment}"
    for path in (
        base,
        f"{base}/programs",
        f"{base}/programs/{PROGRAM}",
        f"{base}/demands",
        f"{service.url}/policies/default",
        f"{service.url}/assessments?lang=en",
    ):
        desk.goto(path)
        assert desk.evaluate("document.documentElement.scrollWidth") == 390, path


def test_login_refuses_a_wrong_key_and_leads_back(service: Service, page: Page) -> None:
    page.goto(f"{service.url}/policies?lang=en")
    page.get_by_label("Access key").fill("duikou_wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong, expired or revoked")
    assert not [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
    page.get_by_label("Access key").fill(service.key)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/policies$"))


def upload(desk: Page, service: Service, kind: str, file: Path) -> None:
    """Through the form, until the check has ended."""
    desk.goto(f"{service.url}/tables")
    desk.get_by_label("表的种类").select_option(kind)
    desk.get_by_label("文件").set_input_files(file)
    desk.get_by_role("button", name="上传并检查").click()
    desk.wait_for_url("**/tables/*")
