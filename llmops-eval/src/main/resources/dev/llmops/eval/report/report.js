"use strict";
(() => {
  const D = JSON.parse(document.getElementById("data").textContent);
  const STATUS = ["errored", "failed", "skipped", "scored", "passed"];
  const ICON = {
    PASS: "M5 12.5l4.5 4.5L19 7.5", FAIL: "M6.5 6.5l11 11m0-11l-11 11", UNDECIDED: "M12 6v8m0 3.6v.4", NONE: "M6 12h12",
    errored: "M12 6v8m0 3.6v.4", failed: "M6.5 6.5l11 11m0-11l-11 11", skipped: "M6 12h12", scored: "M12 11.5v1", passed: "M5 12.5l4.5 4.5L19 7.5",
    theme: "M12 4a8 8 0 1 0 8 8 6.2 6.2 0 0 1-8-8z", close: "M6.5 6.5l11 11m0-11l-11 11", prev: "M14.5 6l-6 6 6 6", next: "M9.5 6l6 6-6 6",
  };

  // [English, Chinese]; {0} is put in
  const WORDS = {
    PASS: ["Passed", "通过"], FAIL: ["Failed", "未通过"], UNDECIDED: ["Undecided", "未定"], NONE: ["No verdict", "无判定"],
    sayPASS: ["Every gate is proved.", "所有门槛均已得到证明。"],
    sayFAIL: ["{0} of {1} gates failed: harm is proved.", "{1} 个门槛中有 {0} 个未通过:已证明变差。"],
    sayUNDECIDED: ["{0} of {1} gates could not decide.", "{1} 个门槛中有 {0} 个无法判定。"],
    sayMissing: ["About {0} more cases are needed.", "大约还需要 {0} 个用例。"],
    sayWarns: ["It warns and does not block.", "仅警告,不阻断。"],
    sayNONE: ["This run was not checked by a gate.", "此次运行没有经过门槛检查。"],
    summary: ["Summary", "概要"], gates: ["Gates", "门槛"], metrics: ["Metrics", "指标"], changes: ["Since the baseline", "与基线相比"], plots: ["Time and cost", "耗时与成本"],
    history: ["History", "历史"], triage: ["Where to look first", "先看哪里"], cases: ["Cases", "用例"], case: ["Case", "用例"],
    skip: ["Skip to the cases", "跳到用例"], theme: ["Switch between light and dark", "切换浅色与深色"], language: ["中文", "English"], languageLabel: ["切换到中文", "Switch to English"],
    dataset: ["Dataset", "数据集"], started: ["Started", "开始时间"], took: ["Took", "用时"], runsN: ["{0} runs", "运行 {0} 次"], taskCost: ["Application cost", "应用成本"], evalCost: ["Evaluation cost", "评测成本"],
    tokens: ["{0} in, {1} out tokens", "输入 {0}、输出 {1} 词元"], unknown: ["not known", "未知"], flakyCases: ["Flaky cases", "不稳定用例"], caseCount: ["{0} cases", "{0} 个用例"], version: ["version {0}", "版本 {0}"],
    reps: ["{0} repetitions each", "每例重复 {0} 次"], once: ["each case once", "每例一次"], endingDECIDED: ["stopped early: decided", "提前结束:已可判定"], endingBUDGET: ["stopped: budget used up", "已停止:预算用尽"], endingINTERRUPTED: ["interrupted", "已中断"],
    measured: ["Measured", "测得"], interval: ["Interval", "区间"], power: ["Power", "检验功效"], detectable: ["Least detectable", "最小可检出"], needed: ["Cases still needed", "还需用例"], caseN: ["Cases", "用例数"], blocks: ["blocks", "阻断"], warns: ["warns", "警告"], enough: ["enough", "足够"], assumes: ["Assumes", "假设"],
    metric: ["Metric", "指标"], mean: ["Mean", "均值"], passRate: ["Pass rate", "通过率"], passesAt: ["passes at {0}", "≥ {0} 为通过"], change: ["Change", "变化"], spread: ["Scores", "分数分布"], trend: ["Trend", "趋势"], notScored: ["Not scored", "未评分"], raw: ["raw {0}", "原始值 {0}"],
    skippedN: ["{0} skipped", "跳过 {0}"], erroredN: ["{0} errors", "错误 {0}"], none: ["–", "–"], overall: ["Over the whole run", "整体指标"],
    lost: ["Lost", "变差"], gained: ["Gained", "变好"], lostN: ["{0} lost", "变差 {0}"], gainedN: ["{0} gained", "变好 {0}"], chance: ["p = {0}", "p = {0}"], nothingLost: ["Nothing was lost.", "没有变差的用例。"], nothingGained: ["Nothing was gained.", "没有变好的用例。"], more: ["and {0} more", "另有 {0} 个"],
    changesHint: ["The same cases, then and now; the greatest change first.", "同一批用例的前后对比;变化最大的在前。"],
    metricsHint: ["Means with 95 % intervals; repetitions of a case count as one.", "均值与 95% 区间;同一用例的多次重复算作一个。"],
    slices: ["Slices that do worse than the rest", "比其余更差的切片"], slice: ["Slice", "切片"], failing: ["Failing", "失败"], rest: ["Rest", "其余"], adjusted: ["Adjusted p", "校正 p 值"], noSlices: ["No slice stands out.", "没有特别突出的切片。"], slicesHint: ["Adjusted after Benjamini and Hochberg; to explore, not to decide.", "按 Benjamini–Hochberg 校正;用于探索,不用于判定。"],
    reasons: ["Reasons that came again", "反复出现的原因"], reason: ["Reason", "原因"], noReasons: ["Nothing failed.", "没有失败。"], task: ["application", "应用"],
    latency: ["Latency of the application", "应用延迟"], cost: ["Cost per case run", "每次运行成本"], median: ["median", "中位数"], historyHint: ["The last {0} runs and this one.", "最近 {0} 次运行与本次。"], unreadable: ["{0} files could not be read.", "有 {0} 个文件无法读取。"], thisRun: ["this run", "本次"],
    search: ["Search id, text, reason", "搜索编号、文本、原因"], allTags: ["All tags", "所有标签"], allMetrics: ["All metrics", "所有指标"], changed: ["Changed", "有变化"], flaky: ["Flaky", "不稳定"], all: ["All", "全部"],
    passed: ["Passed", "通过"], failed: ["Failed", "失败"], errored: ["Error", "错误"], skipped: ["Skipped", "跳过"], scored: ["Scored", "已评分"],
    sort: ["Sort", "排序"], sortAttention: ["Attention first", "最需关注"], sortOrder: ["Dataset order", "数据集顺序"], sortScore: ["Lowest score", "分数最低"], sortSlow: ["Slowest", "最慢"], sortDear: ["Dearest", "最贵"], tag: ["Tag", "标签"], status: ["Status", "状态"],
    shown: ["{0} of {1} cases", "{1} 个用例中的 {0} 个"], nothing: ["No case fits these filters.", "没有符合条件的用例。"], clear: ["Clear filters", "清除筛选"],
    close: ["Close the case", "关闭用例"], prev: ["Previous case", "上一个用例"], next: ["Next case", "下一个用例"], input: ["Asked", "提问"], expected: ["Expected", "期望"], actual: ["Answered", "回答"], output: ["Answered", "回答"], context: ["Context ({0})", "上下文({0})"], conversation: ["Conversation ({0})", "对话({0})"], expectedCalls: ["Expected tool calls", "期望的工具调用"], madeCalls: ["Tool calls", "工具调用"], metadata: ["Metadata", "元数据"], others: ["Other right answers ({0})", "其他正确答案({0})"],
    results: ["Results", "评测结果"], repetition: ["Repetition", "重复"], repetitions: ["Repetitions", "重复"], failedTask: ["The application failed", "应用失败"], noOutput: ["No answer.", "没有回答。"], before: ["before {0}", "之前 {0}"], rerun: ["Run this case alone", "单独运行此用例"], copy: ["Copy", "复制"], copied: ["Copied", "已复制"], trace: ["Trace", "追踪"], diffNote: ["struck through: missing · coloured: added", "删除线:缺失 · 着色:多出"], same: ["The same words.", "内容相同。"],
    kSearch: ["search", "搜索"], kMove: ["move", "移动"], kOpen: ["open", "打开"], kClose: ["close", "关闭"], kTheme: ["theme", "主题"], content: ["Holds what was asked and answered: keep it where the dataset may be kept.", "含提问与回答内容:请与数据集同等保管。"], printed: ["The first {0} of {1} cases", "前 {0} 个用例,共 {1} 个"],
  };

  const store = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem("llmops." + key);
      localStorage.setItem("llmops." + key, value);
    } catch (e) { /* a file opened from disk may have no storage */ }
    return null;
  };
  let lang = store("lang") || (/^zh\b/i.test(navigator.language || "") ? "zh" : "en");
  const T = (key, ...args) => (WORDS[key] || [key, key])[lang === "zh" ? 1 : 0].replace(/\{(\d)\}/g, (_, i) => args[i]).replace(/^1 cases$/, "1 case").replace(/\b1 more cases are/, "1 more case is");
  const theme = store("theme");
  if (theme) document.documentElement.dataset.theme = theme;

  // Text of others goes in as text, never as markup; what would reorder or hide it is made visible.
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]|\p{Cs}/u;
  const SPLIT = new RegExp(HIDDEN.source, "gu");
  function safe(parent, text) {
    text = String(text);
    if (!HIDDEN.test(text)) { parent.append(text); return parent; }
    let at = 0;
    for (const m of text.matchAll(SPLIT)) {
      // joiners inside emoji and Indic words are no attack
      if (m[0] === "\u200d" || m[0] === "\u200c" || m[0] === "\r") continue;
      parent.append(text.slice(at, m.index));
      const mark = document.createElement("span");
      mark.className = "ctl";
      mark.textContent = "U+" + m[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      parent.append(mark);
      at = m.index + m[0].length;
    }
    parent.append(text.slice(at));
    return parent;
  }
  function el(name, attrs, ...kids) {
    const [tag, ...classes] = name.split(".");
    const node = document.createElement(tag);
    if (classes.length) node.className = classes.join(" ");
    for (const [key, value] of Object.entries(attrs || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (key === "on") for (const [event, fn] of Object.entries(value)) node.addEventListener(event, fn);
      else node.setAttribute(key, value === true ? "" : String(value).replace(SPLIT, "\ufffd"));
    }
    add(node, kids);
    return node;
  }
  function add(node, kids) {
    for (const kid of kids.flat(3)) {
      if (kid === null || kid === undefined || kid === false) continue;
      if (kid instanceof Node) node.append(kid); else safe(node, kid);
    }
  }
  function svg(name, attrs, ...kids) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attrs || {})) node.setAttribute(key, value);
    for (const kid of kids.flat(2)) if (kid !== null && kid !== undefined) node.append(kid);
    return node;
  }
  const icon = (name, size) => svg("svg", { viewBox: "0 0 24 24", width: size || 18, height: size || 18, fill: "none", stroke: "currentColor", "stroke-width": name === "scored" ? 7 : 2.6, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, svg("path", { d: ICON[name] }));
  const pill = (tone, text, name) => el("span.pill." + tone, null, name ? icon(name, 13) : null, text);

  const locale = () => (lang === "zh" ? "zh-CN" : "en-GB");
  const int = n => Number(n).toLocaleString(locale());
  const pct = x => (x === 1 ? "100" : (100 * x).toFixed(1)) + "%";
  const dec = x => (x === 0 || x === 1 ? String(x) : x.toFixed(3));
  const big = x => (Math.abs(x) >= 1000 ? int(Math.round(x)) : String(+x.toPrecision(3)));
  const pval = p => (p < 0.001 ? "< 0.001" : p.toFixed(3));
  const ms = x => (x < 1000 ? big(x) + " ms" : x < 120000 ? (x / 1000).toFixed(x < 10000 ? 2 : 1) + " s" : big(x / 60000) + " min");
  const money = (x, c) => (x === 0 ? "0" : x < 0.01 ? x.toPrecision(2) : x.toFixed(x < 1 ? 4 : 2)) + " " + c;
  const signed = x => (x > 0 ? "+" : x < 0 ? "−" : "±") + Math.abs(100 * x).toFixed(1) + (lang === "zh" ? " 点" : " pts");
  const when = iso => new Date(iso).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });
  const one = text => String(text || "").slice(0, 300).replace(/\s+/g, " ");

  const M = D.metrics;
  const deciding = M.some(m => m.decides);
  D.cases.forEach((c, i) => {
    c.n = i;
    let worst = 2, latency = 0, cost = 0, score = 2;
    for (const r of c.r) {
      latency = Math.max(latency, r.l || 0);
      cost += (r.k && r.k.cost) || 0;
      for (const x of r.x) if (x.length && x[1] !== null) score = Math.min(score, x[1]);
    }
    worst = Math.min(worst, score);
    c.low = worst; c.lat = latency; c.cost = cost;
    // every graded score moves a little: where some evaluators decide, only they say lost and gained
    const moved = (c.ch || []).filter(x => !deciding || M[x[0]].decides).map(x => x[3] * Math.max(1e-6, Math.abs(x[2] - x[1])));
    c.drop = Math.min(0, ...moved);
    c.rise = Math.max(0, ...moved);
    c.moved = c.drop < 0 || c.rise > 0;
  });
  const tags = [...new Set(D.cases.flatMap(c => c.t || []))].sort();
  const reps = D.cases.reduce((most, c) => Math.max(most, c.r.length), 0);
  const count = status => D.cases.filter(c => c.s === status).length;
  const flakyCount = D.cases.filter(c => c.f).length;
  const runCount = D.cases.reduce((sum, c) => sum + c.r.length, 0);

  const F = { text: "", tag: "", metric: "", status: new Set(), changed: false, flaky: false, sort: "Attention", slice: null, ids: null };
  let shown = [], selected = -1, open = -1, repetition = 0, listBox, rowsBox, detailBox, splitBox, liveCount;

  // ---- the page, top to bottom

  function render() {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = T(D.verdict) + " · " + one(D.name);
    document.getElementById("skip").textContent = T("skip");
    top();
    const main = document.getElementById("main");
    main.replaceChildren(...[hero(), gates(), metrics(), changes(), triage(), plots(), history(), cases()].filter(Boolean));
    foot();
    filter();
    if (open >= 0) show(open, false);
  }

  function top() {
    const links = [["metrics", M.length], ["changes", M.some(m => m.base)], ["triage", true], ["plots", true], ["cases", true]]
      .filter(x => x[1]).map(([id]) => el("a", { href: "#" + id }, T(id)));
    document.getElementById("top").replaceChildren(
      pill("t-" + D.verdict, T(D.verdict), D.verdict),
      el("span.name", { title: one(D.name) }, el("bdi", null, one(D.name))),
      el("nav", { "aria-label": T("summary") }, links),
      el("div.tools", null,
        el("button.btn", { type: "button", id: "lang", "aria-label": T("languageLabel"), lang: lang === "zh" ? "en" : "zh-CN", on: { click: switchLanguage } }, T("language")),
        el("button.btn.icon", { type: "button", id: "theme", "aria-label": T("theme"), title: T("theme"), on: { click: switchTheme } }, icon("theme"))));
  }
  function switchLanguage() { lang = lang === "zh" ? "en" : "zh"; store("lang", lang); render(); document.getElementById("lang").focus(); }
  function switchTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    store("theme", root.dataset.theme);
  }
  function card(id, title, hint, ...kids) {
    return el("section.card", { id, "aria-labelledby": id + "-h" }, el("header", null, el("h2", { id: id + "-h" }, title), hint ? el("p", null, hint) : null), kids);
  }

  function hero() {
    const of = v => D.gates.filter(g => g.verdict === v);
    const undecided = of("UNDECIDED"), failed = of("FAIL");
    let say = T("say" + D.verdict, (D.verdict === "FAIL" ? failed : undecided).length, D.gates.length);
    const missing = Math.max(0, ...undecided.map(g => g.missing || 0));
    if (D.verdict === "UNDECIDED" && missing) say += " " + T("sayMissing", int(missing));
    if (D.verdict === "UNDECIDED" && !undecided.some(g => g.blocks)) say += " " + T("sayWarns");
    const fact = (name, value, sub) => el("div", null, el("dt", null, T(name)), el("dd", null, value, sub ? el("small", null, sub) : null));
    const spend = s => (s.cost !== undefined ? money(s.cost, s.currency) : s.calls ? T("unknown") : T("none"));
    const tokens = s => (s.in !== undefined || s.out !== undefined ? T("tokens", s.in === undefined ? "?" : int(s.in), s.out === undefined ? "?" : int(s.out)) : null);
    return el("section.card.hero.t-" + D.verdict, { id: "summary", "aria-labelledby": "verdict" },
      el("div.sign", null, icon(D.verdict, 30)),
      el("h1", { id: "verdict" }, T(D.verdict)),
      el("p.say", null, say),
      el("dl.facts", null,
        fact("dataset", one(D.dataset.name), T("version", one(D.dataset.version).slice(0, 12))),
        fact("cases", D.cases.length < D.dataset.cases ? int(D.cases.length) + " / " + int(D.dataset.cases) : int(D.cases.length), reps > 1 ? T("reps", reps) : T("once")),
        fact("started", new Date(D.started).toLocaleDateString(locale(), { dateStyle: "medium" }), new Date(D.started).toLocaleTimeString(locale(), { timeStyle: "short" }) + (D.ending === "COMPLETE" ? "" : " · " + T("ending" + D.ending) + (D.endingReason ? ": " + D.endingReason : ""))),
        fact("took", ms(D.elapsed), reps > 1 ? T("runsN", int(runCount)) : null),
        reps > 1 ? fact("flakyCases", int(flakyCount), null) : null,
        fact("taskCost", spend(D.taskSpend), tokens(D.taskSpend)),
        fact("evalCost", spend(D.evaluatorSpend), tokens(D.evaluatorSpend))),
      Object.keys(D.info).length ? el("div.info", null, Object.entries(D.info).map(([k, v]) => el("span.tag", { title: k + "=" + v }, k + ": " + one(v)))) : null);
  }

  function gates() {
    if (!D.gates.length) return null;
    const rank = { FAIL: 0, UNDECIDED: 1, PASS: 2 };
    const kv = (name, value) => (value === undefined || value === null ? null : el("div", null, el("dt", null, T(name)), el("dd", null, value)));
    return card("gates", T("gates"), null, el("ul.gates", null, [...D.gates].sort((a, b) => rank[a.verdict] - rank[b.verdict]).map(g =>
      el("li.gate.t-" + g.verdict, null,
        el("div.head", null, pill("t-" + g.verdict, T(g.verdict), g.verdict), el("span", null, g.gate), g.verdict === "PASS" ? null : el("span.mute", null, T(g.blocks ? "blocks" : "warns"))),
        g.low === undefined && g.high === undefined ? null : range(g, gateLimits(g), g.limit),
        el("p", { lang: "en" }, g.explanation),
        g.n === undefined ? null : el("dl", null,
          kv("measured", g.estimate === undefined ? null : big(g.estimate)),
          kv("interval", g.low === undefined && g.high === undefined ? null : (g.low === undefined ? "−∞" : big(g.low)) + " … " + (g.high === undefined ? "∞" : big(g.high))),
          kv("caseN", int(g.n)),
          kv("power", g.power === undefined ? null : pct(g.power)),
          kv("detectable", g.detectable === undefined ? null : big(g.detectable)),
          kv("needed", g.missing === undefined ? null : g.missing ? int(g.missing) : T("enough")),
          g.assumptions ? el("div", null, el("dt", null, T("assumes")), el("dd.mute", { lang: "en" }, g.assumptions)) : null)))));
  }
  function gateLimits(g) {
    const ends = [g.estimate, g.low, g.high].filter(x => x !== undefined);
    if (ends.every(x => x >= 0 && x <= 1) && g.limit >= 0) return [0, 1];
    const most = Math.max(0.01, Math.abs(g.limit), ...ends.map(Math.abs)) * 1.25;
    return ends.some(x => x < 0) || g.limit < 0 ? [-most, most] : [0, most];
  }
  function range(v, [from, to], ref) {
    const x = n => 4 + 232 * Math.max(0, Math.min(1, (n - from) / (to - from)));
    const low = v.low === undefined ? from : v.low, high = v.high === undefined ? to : v.high;
    const at = v.mean === undefined ? v.estimate : v.mean;
    const label = (at === undefined ? "" : big(at) + ", ") + T("interval") + " " + big(low) + " … " + big(high);
    return svg("svg", { viewBox: "0 0 240 22", width: 240, height: 22, role: "img", "aria-label": label },
      svg("rect", { class: "track", x: 4, y: 7, width: 232, height: 8, rx: 4 }),
      from < 0 && to > 0 ? svg("line", { class: "mark", x1: x(0), x2: x(0), y1: 1, y2: 21 }) : null,
      svg("rect", { class: "band", x: x(low), y: 5, width: Math.max(2, x(high) - x(low)), height: 12, rx: 3 }),
      ref === undefined || ref === null ? null : svg("line", { class: "ref", x1: x(ref), x2: x(ref), y1: 2, y2: 20 }),
      at === undefined ? null : svg("circle", { class: "point", cx: x(at), cy: 11, r: 4.5 }));
  }

  function spread(m, index) {
    const bins = new Array(10).fill(0);
    for (const c of D.cases) for (const r of c.r) { const x = r.x[index]; if (x.length && x[1] !== null) bins[Math.min(9, Math.floor(x[1] * 10))]++; }
    const most = Math.max(1, ...bins);
    return svg("svg", { viewBox: "0 0 100 28", width: 100, height: 28, role: "img", "aria-label": T("spread") + ": " + bins.join(", ") },
      bins.map((n, i) => svg("rect", { class: "bar", x: i * 10 + 1, width: 8, rx: 1, y: n ? 27 - Math.max(2, 26 * n / most) : 26, height: n ? Math.max(2, 26 * n / most) : 1 })));
  }
  function trend(m) {
    const points = D.history.filter(h => h.means[m.name]).map(h => h.means[m.name][0]);
    if (m.mean !== undefined) points.push(m.mean);
    if (points.length < 2) return null;
    const low = Math.min(...points), high = Math.max(...points), span = Math.max(0.02, high - low);
    const xy = points.map((p, i) => [4 + 92 * i / (points.length - 1), 24 - 20 * (p - low) / span]);
    return svg("svg", { viewBox: "0 0 100 28", width: 100, height: 28, role: "img", "aria-label": T("trend") + ": " + points.map(p => dec(p)).join(", ") },
      svg("polyline", { class: "line", points: xy.map(p => p.join(",")).join(" ") }), svg("circle", { class: "point", cx: xy[xy.length - 1][0], cy: xy[xy.length - 1][1], r: 3 }));
  }
  function metrics() {
    if (!M.length) return null;
    const based = M.some(m => m.base), trends = D.history.length > 0;
    const th = (key, cls) => el(cls ? "th." + cls : "th", { scope: "col" }, T(key));
    const rows = M.map((m, i) => {
      const b = m.base;
      return el("tr", null,
        el("td", null, el("button.link", { type: "button", title: m.signature, on: { click: () => go({ metric: String(i), sort: "Score" }) } }, el("b", null, m.name)),
          el("span.sub", null, m.binary ? T("passRate") : T("mean"), m.threshold === undefined ? "" : " · " + T("passesAt", big(m.threshold)), m.lower && m.raw !== undefined || m.raw !== undefined && Math.abs(m.raw - m.mean) > 1e-9 ? " · " + T("raw", big(m.raw)) : "")),
        el("td.r.big", null, m.mean === undefined ? T("none") : m.binary ? pct(m.mean) : dec(m.mean)),
        el("td.wide", null, m.low === undefined ? null : [range(m, [0, 1], b && b.before), el("span.sub.num", { title: m.intervalMethod }, (m.binary ? pct : dec)(m.low) + " … " + (m.binary ? pct : dec)(m.high), m.warning ? " ⚠ " + m.warning : "")]),
        based ? el("td.num.wide", null, !b ? T("none") : b.why ? el("span.mute", { lang: "en" }, b.why) : [
          pill(b.now < b.before ? "lost" : b.now > b.before ? "gained" : "", signed(b.now - b.before)),
          el("span.sub", { title: b.test || "" }, T("lostN", b.lost) + ", " + T("gainedN", b.gained) + (b.p === undefined ? "" : " · " + T("chance", pval(b.p))))]) : null,
        el("td", null, spread(m, i)),
        trends ? el("td", null, trend(m)) : null,
        el("td.num", null, m.skipped + m.errored === 0 ? el("span.mute", null, T("none")) : [m.errored ? pill("s0", T("erroredN", int(m.errored))) : null, " ", m.skipped ? pill("s2", T("skippedN", int(m.skipped))) : null]));
    });
    return card("metrics", T("metrics"), T("metricsHint"),
      el("div.scroll", null, el("table.fold", null, el("thead", null, el("tr", null, th("metric"), th("mean", "r"), th("interval"), based ? th("change") : null, th("spread"), trends ? th("trend") : null, th("notScored"))), el("tbody", null, rows))),
      D.runMetrics.length ? [el("h3.over", null, T("overall")), el("dl.kv", null, D.runMetrics.map(r => el("div", { title: r.reason }, el("dt", null, r.name), el("dd", null, r.raw === undefined ? r.reason : big(r.raw)))))] : null);
  }

  function changes() {
    if (!M.some(m => m.base && !m.base.why)) return null;
    const of = (c, way) => c.ch.filter(x => (!deciding || M[x[0]].decides) && way === x[3]);
    const column = (key, some, none, way) => el("div", null,
      el("h3", null, pill(key, T(key)), int(some.length)),
      some.length ? el("ul.changes", null, some.slice(0, 8).map(c => el("li", null,
        el("button.link", { type: "button", on: { click: () => reveal(c.n) } }, el("bdi", null, one(c.i))),
        el("span.moves", null, of(c, way).map(x => el("span", null, el("span.mute", null, M[x[0]].name + " "), el("span.num.nowrap", null, dec(x[1]) + " → " + dec(x[2]))))))),
        some.length > 8 ? el("li", null, el("button.link", { type: "button", on: { click: () => go({ changed: true }) } }, T("more", int(some.length - 8)))) : null) : el("p.mute", null, T(none)));
    const note = M.map(m => m.base && m.base.note).find(Boolean);
    return card("changes", T("changes"), T("changesHint"),
      el("div.two", null,
        column("lost", D.cases.filter(c => c.drop < 0).sort((a, b) => a.drop - b.drop), "nothingLost", -1),
        column("gained", D.cases.filter(c => c.rise > 0).sort((a, b) => b.rise - a.rise), "nothingGained", 1)),
      note ? el("p.mute", { lang: "en" }, note) : null);
  }

  function triage() {
    const slices = D.triage.slices.filter(s => (s.failing === null || s.failing > 0) && s.mean < s.rest && s.p <= 0.05).slice(0, 8);
    const reasons = D.triage.reasons.slice(0, 8);
    const th = (key, cls) => el(cls ? "th." + cls : "th", { scope: "col" }, T(key));
    return card("triage", T("triage"), null, el("div.two", null,
      el("div", null, el("h3", null, T("reasons")),
        reasons.length ? el("ul.changes", null, reasons.map(r => el("li", null,
          el("button.link", { type: "button", on: { click: () => go({ metric: r.metric === "task" ? "" : String(M.findIndex(m => m.name === r.metric)), status: new Set([0, 1]), text: words(r.reason) }) } }, r.reason || T("none")),
          el("span.mute.nowrap", null, r.metric === "task" ? T("task") : r.metric), el("b.num.nowrap", null, int(r.cases))))) : el("p.mute", null, T("noReasons"))),
      el("div", null, el("h3", null, T("slices")),
        slices.length ? [el("div.scroll", null, el("table", null, el("thead", null, el("tr", null, th("slice"), th("metric"), th("mean", "r"), th("rest", "r"), th("adjusted", "r"))),
          el("tbody", null, slices.map(s => el("tr", null,
            el("td", null, el("button.link", { type: "button", on: { click: () => go({ slice: s.slice }) } }, s.slice), el("span.sub", null, s.failing === null ? T("caseCount", int(s.cases)) : int(s.failing) + " / " + T("caseCount", int(s.cases)))),
            el("td.mute", null, s.metric), el("td.r.num", null, dec(s.mean)), el("td.r.num", null, dec(s.rest)), el("td.r.num", null, s.adjusted <= 0.05 ? pill("lost", pval(s.adjusted)) : pval(s.adjusted))))))),
          el("p.mute", null, T("slicesHint"))] : el("p.mute", null, T("noSlices")))));
  }
  // the longest run of words that normalising left alone
  function words(reason) {
    return reason.split(/[“”…#]+/).map(x => x.trim()).sort((a, b) => b.length - a.length)[0] || "";
  }

  function quantile(sorted, q) { return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] : 0; }
  function histogram(values, format, title) {
    const v = values.filter(x => x > 0).sort((a, b) => a - b);
    if (!v.length) return null;
    const n = 32, W = 480, H = 150, base = H - 22;
    let lo = v[0], hi = v[v.length - 1];
    if (hi / lo < 1.2) { lo *= 0.8; hi *= 1.2; }
    const at = x => (Math.log(x) - Math.log(lo)) / (Math.log(hi) - Math.log(lo));
    const bins = new Array(n).fill(0);
    for (const x of v) bins[Math.max(0, Math.min(n - 1, Math.floor(at(x) * n)))]++;
    const most = Math.max(...bins), X = f => 8 + (W - 16) * f;
    const marks = [["median", 0.5], ["p95", 0.95]].map(([name, q]) => [name === "median" ? T("median") : name, quantile(v, q)]);
    // two labels that would touch stand above one another
    const close = X(at(marks[1][1])) - X(at(marks[0][1])) < 110;
    return el("figure", null, el("figcaption", null, title, " ", el("span", null, marks.map(m => m[0] + " " + format(m[1])).join(" · "))),
      svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": title + ": " + marks.map(m => m[0] + " " + format(m[1])).join(", ") },
        bins.map((b, i) => (b ? svg("rect", { class: "bar", x: X(i / n) + 1, width: (W - 16) / n - 2, rx: 1.5, y: base - Math.max(2, 90 * b / most), height: Math.max(2, 90 * b / most) }, svg("title", {}, String(b))) : null)),
        svg("line", { class: "axis", x1: 8, x2: W - 8, y1: base, y2: base }),
        marks.map((m, i) => [svg("line", { class: "mark", x1: X(at(m[1])), x2: X(at(m[1])), y1: 14, y2: base }), svg("text", { x: X(at(m[1])) + (X(at(m[1])) > W - 90 ? -4 : 4), y: close && i === 0 ? 28 : 14, "text-anchor": X(at(m[1])) > W - 90 ? "end" : "start" }, m[0])]),
        svg("text", { x: 8, y: H - 6 }, format(lo)), svg("text", { x: W - 8, y: H - 6, "text-anchor": "end" }, format(hi))));
  }
  function plots() {
    const all = D.cases.flatMap(c => c.r);
    const priced = all.find(r => r.k && r.k.cost !== undefined);
    const figures = [histogram(all.map(r => r.l || 0), ms, T("latency")), priced ? histogram(all.map(r => (r.k && r.k.cost) || 0), x => money(x, priced.k.currency), T("cost")) : null].filter(Boolean);
    return figures.length ? card("plots", T("plots"), null, el("div.plots", null, figures)) : null;
  }

  function history() {
    if (!D.history.length) return D.historyUnreadable ? card("history", T("history"), T("unreadable", D.historyUnreadable)) : null;
    const runs = [...D.history, { started: D.started, verdict: D.verdict, means: Object.fromEntries(M.filter(m => m.mean !== undefined).map(m => [m.name, [m.mean, m.low === undefined ? m.mean : m.low, m.high === undefined ? m.mean : m.high]])) }];
    const W = 480, H = 150, base = H - 24;
    const figures = M.map(m => {
      const points = runs.map((r, i) => [i, r.means[m.name], r]).filter(p => p[1]);
      if (points.length < 2) return null;
      const low = Math.min(...points.map(p => p[1][1])), high = Math.max(...points.map(p => p[1][2])), pad = Math.max(0.01, (high - low) * 0.1);
      const from = Math.max(0, low - pad), to = Math.min(1, high + pad);
      const X = i => 44 + (W - 60) * i / (runs.length - 1), Y = v => base - (base - 10) * (v - from) / (to - from || 1);
      return el("figure", null, el("figcaption", null, m.name),
        svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": m.name + ": " + points.map(p => dec(p[1][0])).join(", ") },
          svg("polygon", { class: "band", points: [...points.map(p => X(p[0]) + "," + Y(p[1][2])), ...[...points].reverse().map(p => X(p[0]) + "," + Y(p[1][1]))].join(" ") }),
          svg("line", { class: "axis", x1: 44, x2: W - 16, y1: base, y2: base }),
          svg("polyline", { class: "line", points: points.map(p => X(p[0]) + "," + Y(p[1][0])).join(" ") }),
          points.map(p => svg("circle", { class: "dot-" + p[2].verdict, cx: X(p[0]), cy: Y(p[1][0]), r: p[0] === runs.length - 1 ? 5 : 3.5 }, svg("title", {}, when(p[2].started) + " · " + dec(p[1][0]) + " · " + T(p[2].verdict)))),
          svg("text", { x: 38, y: Y(to) + 8, "text-anchor": "end" }, to.toFixed(2)), svg("text", { x: 38, y: base, "text-anchor": "end" }, from.toFixed(2)),
          svg("text", { x: 44, y: H - 6 }, new Date(points[0][2].started).toLocaleDateString(locale(), { dateStyle: "medium" })), svg("text", { x: W - 16, y: H - 6, "text-anchor": "end" }, T("thisRun"))));
    }).filter(Boolean);
    return card("history", T("history"), T("historyHint", D.history.length) + (D.historyUnreadable ? " " + T("unreadable", D.historyUnreadable) : ""), el("div.plots", null, figures));
  }

  // ---- the cases

  const ROW = 56;
  function cases() {
    const option = (value, text) => el("option", { value }, text);
    const select = (key, id, options) => { const s = el("select.field", { id, "aria-label": T(key), on: { change: e => { F[key === "tag" ? "tag" : key === "metric" ? "metric" : "sort"] = e.target.value; filter(); } } }, options); s.value = F[key === "tag" ? "tag" : key === "metric" ? "metric" : "sort"]; return s; };
    const chip = (cls, label, on, toggle) => el("button.chip." + cls, { type: "button", "aria-pressed": String(on), on: { click: e => { toggle(); e.currentTarget.setAttribute("aria-pressed", String(e.currentTarget.getAttribute("aria-pressed") !== "true")); filter(); } } }, label);
    const box = el("input.field", { type: "search", id: "search", placeholder: T("search"), "aria-label": T("search"), autocomplete: "off", spellcheck: "false", on: { input: e => { F.text = e.target.value; F.slice = null; filter(); } } });
    box.value = F.text;
    liveCount = el("span.mute.num", { id: "count", role: "status" });
    rowsBox = el("div.rows", { role: "presentation" });
    listBox = el("div.list", { id: "list", role: "listbox", tabindex: "0", "aria-label": T("cases"), on: { scroll: paint, keydown: listKey, click: e => { const r = e.target.closest(".row"); if (r) { select_(+r.dataset.at); show(shown[selected].n, true); } } } }, rowsBox);
    detailBox = el("div.detail", { id: "detail", hidden: true, role: "region", "aria-labelledby": "case-h" });
    splitBox = el("div.split", { id: "split" }, listBox, detailBox);
    const states = STATUS.map((name, i) => [name, i, count(i)]).filter(x => x[2]);
    return el("section.card.long", { id: "cases", tabindex: "-1", "aria-labelledby": "cases-h" },
      el("header", null, el("h2", { id: "cases-h" }, T("cases")), liveCount),
      el("div.bar-tools", { role: "search" }, box,
        tags.length ? select("tag", "tag", [option("", T("allTags")), tags.map(t => option(t, one(t)))]) : null,
        select("metric", "metric", [option("", T("allMetrics")), M.map((m, i) => option(String(i), m.name))]),
        select("sort", "sort", ["Attention", "Order", "Score", "Slow", "Dear"].map(s => option(s, T("sort" + s)))),
        el("div.chips", { role: "group", "aria-label": T("status") },
          states.map(([name, i, n]) => chip("s" + i, T(name) + " " + int(n), F.status.has(i), () => (F.status.has(i) ? F.status.delete(i) : F.status.add(i)))),
          flakyCount ? chip("flaky", T("flaky") + " " + int(flakyCount), F.flaky, () => { F.flaky = !F.flaky; }) : null,
          D.cases.some(c => c.moved) ? chip("lost", T("changed") + " " + int(D.cases.filter(c => c.moved).length), F.changed, () => { F.changed = !F.changed; }) : null,
          el("button.chip", { type: "button", id: "clear", on: { click: () => go({}) } }, F.slice ? T("slice") + ": " + one(F.slice) + " ✕" : T("clear")))),
      splitBox, el("div.print-list", { id: "print" }));
  }
  // Filters set from elsewhere on the page.
  function go(some) {
    Object.assign(F, { text: "", tag: "", metric: "", status: new Set(), changed: false, flaky: false, sort: "Attention", slice: null }, some);
    closeCase(false);
    document.getElementById("cases").replaceWith(cases());
    filter();
    const section = document.getElementById("cases");
    section.scrollIntoView();
    document.getElementById("search").focus({ preventScroll: true });
  }
  function hay(c) {
    if (c.h === undefined) {
      c.h = [c.i, ...(c.t || []), c.q || "", ...(c.e || []), ...(c.ms || []).map(m => m[1]), ...c.r.flatMap(r => [r.o || "", ...(r.e || []), ...r.x.map(x => x[3] || "")])].join("\n").toLowerCase();
    }
    return c.h;
  }
  // what cannot be measured does not hide what was
  const worstOf = all => [0, 1, 4, 3, 2].find(s => all.includes(s)) ?? 3;
  const inSlice = (c, s) => (c.t || []).includes(s) || Object.entries(c.m || {}).some(([k, v]) => k + "=" + v === s);
  function statusOf(c, metric) {
    return worstOf(c.r.map(r => (r.e ? 0 : r.x[metric].length ? r.x[metric][0] : 2)));
  }
  const lowest = (c, metric) => (metric === "" ? c.low : Math.min(2, ...c.r.map(r => r.x[+metric]).filter(x => x.length && x[1] !== null).map(x => x[1])));
  function filter() {
    const q = F.text.trim().toLowerCase();
    shown = D.cases.filter(c =>
      (!F.tag || (c.t || []).includes(F.tag)) && (!F.slice || inSlice(c, F.slice)) && (!F.changed || (F.metric === "" ? c.moved : (c.ch || []).some(x => x[0] === +F.metric))) && (!F.flaky || c.f)
      && (!F.status.size || F.status.has(F.metric === "" ? c.s : statusOf(c, +F.metric))) && (!q || hay(c).includes(q)));
    const low = new Map(shown.map(c => [c, lowest(c, F.metric)]));
    const order = {
      Attention: (a, b) => (a.drop - b.drop) || (a.drop < 0 ? 0 : b.rise - a.rise) || (a.s - b.s) || (low.get(a) - low.get(b)) || (a.n - b.n),
      Order: (a, b) => a.n - b.n, Score: (a, b) => (low.get(a) - low.get(b)) || (a.n - b.n), Slow: (a, b) => (b.lat - a.lat) || (a.n - b.n), Dear: (a, b) => (b.cost - a.cost) || (a.n - b.n),
    }[F.sort];
    shown.sort(order);
    selected = open >= 0 ? shown.findIndex(c => c.n === open) : shown.length ? 0 : -1;
    rowsBox.style.height = shown.length * ROW + "px";
    listBox.classList.toggle("few", shown.length * ROW < 500);
    listBox.scrollTop = 0;
    liveCount.textContent = T("shown", int(shown.length), int(D.cases.length));
    paint();
  }
  function paint() {
    const from = Math.max(0, Math.floor(listBox.scrollTop / ROW) - 4);
    const to = Math.min(shown.length, Math.ceil((listBox.scrollTop + (listBox.clientHeight || 700)) / ROW) + 4);
    const rows = [];
    for (let at = from; at < to; at++) rows.push(row(shown[at], at));
    if (!shown.length) rows.push(el("p.empty", null, T("nothing")));
    rowsBox.style.minHeight = shown.length ? "" : "6rem";
    rowsBox.replaceChildren(...rows);
    listBox.setAttribute("aria-activedescendant", selected >= from && selected < to ? "row-" + selected : "");
  }
  function row(c, at) {
    const marks = [];
    if (c.f) marks.push(pill("flaky", T("flaky")));
    if (c.drop < 0) marks.push(pill("lost", T("lost"))); else if (c.rise > 0) marks.push(pill("gained", T("gained")));
    const indices = F.metric !== "" ? [+F.metric] : M.slice(0, 4).map((_, i) => i);
    const scores = indices.map(i => {
      const got = c.r.map(r => r.x[i]).filter(x => x.length && x[1] !== null);
      const status = statusOf(c, i);
      return el("span.score.s" + status, { title: M[i].name + ": " + T(STATUS[status]) }, got.length ? (got.reduce((s, x) => s + x[1], 0) / got.length).toFixed(2) : "–");
    });
    const status = F.metric !== "" ? statusOf(c, +F.metric) : c.s;
    const node = el("div.row.s" + status, { role: "option", id: "row-" + at, "data-at": at, "aria-selected": String(at === selected), "aria-posinset": at + 1, "aria-setsize": shown.length },
      el("span.st", null, icon(STATUS[status]), el("span.sr", null, T(STATUS[status]))),
      el("div", { class: "cell" }, el("div.id", null, el("bdi", { title: one(c.i) }, one(c.i)), marks, el("span.wide-only", null, (c.t || []).slice(0, 2).map(t => [el("span.tag", null, one(t)), " "]))), el("div.q", null, one(c.q || (c.ms && c.ms.length ? c.ms[c.ms.length - 1][1] : "")))),
      el("div.end", null, el("span.wide-only", null, scores.length > 1 ? scores.map(s => [s, " "]) : null), scores.length === 1 ? scores : null, el("span.wide-only.mute.num", null, c.lat ? ms(c.lat) : "")));
    node.style.top = at * ROW + "px";
    return node;
  }
  function select_(at) {
    if (!shown.length) return;
    selected = Math.max(0, Math.min(shown.length - 1, at));
    const y = selected * ROW;
    if (y < listBox.scrollTop) listBox.scrollTop = y;
    else if (y + ROW > listBox.scrollTop + listBox.clientHeight) listBox.scrollTop = y + ROW - listBox.clientHeight;
    paint();
  }
  function listKey(e) {
    const page = Math.max(1, Math.floor(listBox.clientHeight / ROW) - 1);
    const moves = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -1e9, End: 1e9 };
    if (e.key in moves && !e.ctrlKey && !e.metaKey && !e.altKey) {
      e.preventDefault();
      select_(selected + moves[e.key]);
      if (open >= 0 && selected >= 0) show(shown[selected].n, false);
    } else if ((e.key === "Enter" || e.key === " ") && selected >= 0 && shown.length) {
      e.preventDefault();
      show(shown[selected].n, true);
    }
  }

  // ---- one case

  // From elsewhere on the page: whatever the filters hide.
  function reveal(n) {
    if (!shown.some(c => c.n === n)) go({});
    select_(shown.findIndex(c => c.n === n));
    show(n, true);
    document.getElementById("cases").scrollIntoView();
  }
  function closeCase(focus) {
    if (open < 0) return;
    open = -1;
    detailBox.hidden = true;
    splitBox.classList.remove("open");
    if (location.hash.startsWith("#case=")) history_("");
    paint();
    if (focus) listBox.focus();
  }
  // half a character has no place in an address
  const whole = id => id.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  function history_(hash) { try { window.history.replaceState(null, "", hash || "#cases"); } catch (e) { /* a file in a frame */ } }
  function show(n, focus) {
    if (n !== open) repetition = Math.max(0, D.cases[n].r.findIndex(r => r.e || r.x.some(x => x[0] < 2)));
    open = n;
    const c = D.cases[n];
    splitBox.classList.add("open");
    detailBox.hidden = false;
    history_("#case=" + encodeURIComponent(whole(c.i)));
    const move = by => { select_(selected + by); show(shown[selected].n, false); };
    const heading = el("h3", { id: "case-h", tabindex: "-1", title: one(c.i) }, el("bdi", null, one(c.i)));
    detailBox.replaceChildren(
      el("div.bar-top", null, pill("s" + c.s, T(STATUS[c.s]), STATUS[c.s]), heading,
        el("button.btn.icon", { type: "button", "aria-label": T("prev"), title: T("prev"), disabled: selected <= 0, on: { click: () => move(-1) } }, icon("prev")),
        el("button.btn.icon", { type: "button", "aria-label": T("next"), title: T("next"), disabled: selected < 0 || selected >= shown.length - 1, on: { click: () => move(1) } }, icon("next")),
        el("button.btn.icon", { type: "button", id: "close", "aria-label": T("close"), title: T("close"), on: { click: () => closeCase(true) } }, icon("close"))),
      el("div.body", null, body(c)));
    detailBox.scrollTop = 0;
    paint();
    if (focus) heading.focus({ preventScroll: innerWidth >= 1000 });
  }
  const block = (title, ...kids) => el("div", null, el("h4", null, title), kids);
  function body(c) {
    const r = c.r[repetition];
    const out = [];
    if ((c.t && c.t.length) || c.f) out.push(el("div", null, c.f ? [pill("flaky", T("flaky")), " "] : null, (c.t || []).map(t => [el("span.tag", { title: t }, t), " "])));
    if (c.q !== undefined) out.push(block(T("input"), el("div.text", { dir: "auto" }, c.q)));
    if (c.ms) out.push(el("details", { open: c.q === undefined }, el("summary", null, T("conversation", c.ms.length)), el("div.stack", null, c.ms.map(m => block(m[0], el("div.text", { dir: "auto" }, m[1]))))));
    if (c.c) out.push(el("details", null, el("summary", null, T("context", c.c.length)), el("div.stack", null, c.c.map(d => block(d[0] || "", el("div.text", { dir: "auto" }, d[1]))))));
    if (c.r.length > 1) out.push(block(T("repetitions"), el("div.reps", null, c.r.map((x, i) => {
      const status = x.e ? 0 : worstOf(x.x.filter(y => y.length).map(y => y[0]));
      return el("button.chip.s" + status, { type: "button", "aria-pressed": String(i === repetition), "aria-label": T("repetition") + " " + (i + 1) + ": " + T(STATUS[status]), on: { click: () => { repetition = i; show(c.n, false); detailBox.querySelectorAll(".reps button")[i].focus(); } } }, icon(STATUS[status], 12), " " + (i + 1));
    }))));
    if (r.e) out.push(block(T("failedTask"), el("div.text", null, r.e[0] + (r.e[1] ? ": " + r.e[1] : ""))));
    if (r.o !== undefined && c.e && c.e.length) out.push(compare(c.e, r.o));
    else {
      if (c.e && c.e.length) out.push(block(T("expected"), el("div.stack", null, c.e.map(e => el("div.text", { dir: "auto" }, e)))));
      if (r.o !== undefined || !r.e) out.push(block(T("output"), el("div.text", { dir: "auto" }, r.o === undefined ? T("noOutput") : r.o)));
    }
    const calls = some => el("div.text.mono", null, some.map(t => t[0] + (t[1] === "null" ? "()" : " " + t[1])).join("\n") || T("none"));
    if (c.et || r.tc) out.push(el("div.panes", null, c.et ? block(T("expectedCalls"), calls(c.et)) : null, r.tc ? block(T("madeCalls"), calls(r.tc)) : null));
    out.push(block(T("results"), M.map((m, i) => {
      const x = r.x[i];
      if (!x.length) return null;
      const before = (c.ch || []).find(y => y[0] === i);
      return el("div.result", null,
        el("div.head", null, el("span.score.s" + x[0], null, x[1] === null ? "–" : dec(x[1])), m.name, pill("s" + x[0], T(STATUS[x[0]]), STATUS[x[0]]),
          x[4] && x[4] !== "pass" && x[4] !== "fail" ? el("span.tag", null, x[4]) : null,
          before ? pill(m.decides ? (before[3] < 0 ? "lost" : "gained") : "s2", T("before", dec(before[1]))) : null,
          x[2] !== null && Math.abs(x[2] - x[1]) > 1e-9 ? el("span.mute", null, T("raw", big(x[2]))) : null),
        x[3] ? el("div.why", { dir: "auto" }, x[3]) : null);
    })));
    const facts = [];
    if (r.l !== undefined) facts.push([T("took"), ms(r.l)]);
    if (r.k && r.k.cost !== undefined) facts.push([T("taskCost"), money(r.k.cost, r.k.currency)]);
    if (r.k && (r.k.in !== undefined || r.k.out !== undefined)) facts.push(["", T("tokens", r.k.in === undefined ? "?" : int(r.k.in), r.k.out === undefined ? "?" : int(r.k.out))]);
    if (r.tr) facts.push([T("trace"), r.tr]);
    Object.entries(c.m || {}).forEach(([k, v]) => facts.push([k, v]));
    if (facts.length) out.push(el("dl.kv", null, facts.map(([k, v]) => el("div", null, el("dt", null, k), el("dd", null, v)))));
    if (D.command && c.cmd !== 0) {
      const command = c.cmd || D.command + c.i;
      const copy = el("button.btn", { type: "button", on: { click: () => { if (navigator.clipboard) navigator.clipboard.writeText(command).then(() => { copy.textContent = T("copied"); say(T("copied")); }, () => {}); } } }, T("copy"));
      out.push(block(T("rerun"), el("div.cmd", null, el("code", null, command), copy)));
    }
    return out;
  }
  function say(text) { document.getElementById("live").textContent = text; }

  // ---- word diff

  const TOKEN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|\s+|[\p{L}\p{N}\p{M}_]+|[^]/gu;
  const MAX_CELLS = 4e6;
  function diff(a, b) {
    const x = a.match(TOKEN) || [], y = b.match(TOKEN) || [];
    let start = 0, endX = x.length, endY = y.length;
    while (start < endX && start < endY && x[start] === y[start]) start++;
    while (endX > start && endY > start && x[endX - 1] === y[endY - 1]) { endX--; endY--; }
    const keepX = new Uint8Array(x.length).fill(1), keepY = new Uint8Array(y.length).fill(1);
    keepX.fill(0, start, endX); keepY.fill(0, start, endY);
    const n = endX - start, m = endY - start;
    if (n && m && n * m <= MAX_CELLS) {
      const w = m + 1, L = new Uint16Array((n + 1) * w);
      for (let i = n - 1; i >= 0; i--) for (let j = m - 1; j >= 0; j--)
        L[i * w + j] = x[start + i] === y[start + j] ? L[(i + 1) * w + j + 1] + 1 : Math.max(L[(i + 1) * w + j], L[i * w + j + 1]);
      for (let i = 0, j = 0; i < n && j < m;) {
        if (x[start + i] === y[start + j]) { keepX[start + i++] = 1; keepY[start + j++] = 1; }
        else if (L[(i + 1) * w + j] >= L[i * w + j + 1]) i++; else j++;
      }
    }
    for (const [tokens, keep] of [[x, keepX], [y, keepY]]) // a space between two changes is one too
      for (let i = 1; i < tokens.length - 1; i++) if (keep[i] && !tokens[i].trim() && !keep[i - 1] && !keep[i + 1]) keep[i] = 0;
    let kept = 0;
    for (let i = 0; i < x.length; i++) if (keepX[i] && x[i].trim()) kept += 2;
    return { x, y, keepX, keepY, like: kept / Math.max(1, x.filter(t => t.trim()).length + y.filter(t => t.trim()).length) };
  }
  function marked(tokens, keep, tag) {
    const box = el("div.text", { dir: "auto" });
    for (let i = 0; i < tokens.length;) {
      const same = keep[i];
      let text = "";
      while (i < tokens.length && keep[i] === same) text += tokens[i++];
      if (same) safe(box, text); else box.append(el(tag, null, text));
    }
    return box;
  }
  function compare(expected, actual) {
    const all = expected.slice(0, 8).map(e => [e, diff(e, actual)]).sort((a, b) => b[1].like - a[1].like);
    const best = all[0][1], others = expected.filter(e => e !== all[0][0]);
    const same = all[0][0] === actual;
    return el("div", { id: "diff" }, el("div.panes", null,
      block(T("expected"), marked(best.x, best.keepX, "del")),
      block(T("actual"), marked(best.y, best.keepY, "ins"))),
      el("p.mute", null, el("small", null, same ? T("same") : T("diffNote"))),
      others.length ? el("details", null, el("summary", null, T("others", others.length)), el("div.stack", null, others.map(e => el("div.text", { dir: "auto" }, e)))) : null);
  }

  // ---- keys, print, address

  function foot() {
    const key = (keys, what) => el("span", null, keys.map(k => [el("kbd", null, k), " "]), T(what));
    document.getElementById("foot").replaceChildren(
      el("p", null, key(["/"], "kSearch"), key(["j", "k"], "kMove"), key(["Enter"], "kOpen"), key(["Esc"], "kClose"), key(["t"], "kTheme")), el("p", null, T("content")));
  }
  document.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
    if (e.key === "Escape") {
      if (open >= 0) closeCase(true); else if (typing) listBox.focus();
    } else if (typing) {
      if (e.key === "ArrowDown" && e.target.id === "search") { e.preventDefault(); listBox.focus(); }
    } else if (e.key === "/") {
      e.preventDefault();
      document.getElementById("cases").scrollIntoView();
      document.getElementById("search").focus({ preventScroll: true });
    } else if (e.key === "t") switchTheme();
    else if ((e.key === "j" || e.key === "k") && !listBox.contains(e.target)) {
      e.preventDefault();
      if (!detailBox.contains(e.target)) { listBox.focus({ preventScroll: true }); document.getElementById("cases").scrollIntoView(); }
      select_(selected + (e.key === "j" ? 1 : -1));
      if (open >= 0) show(shown[selected].n, detailBox.contains(e.target));
    }
  });
  addEventListener("beforeprint", () => {
    const some = shown.slice(0, 300);
    document.getElementById("print").replaceChildren(el("p", null, T("printed", some.length, shown.length)), el("table", null, el("tbody", null, some.map(c =>
      el("tr", null, el("td", null, T(STATUS[c.s])), el("td", null, el("b", null, c.i), el("span.sub", null, one(c.q))), el("td", null, one(c.r[0].o)), el("td.r.num", null, c.low > 1 ? "–" : dec(c.low)))))));
  });
  addEventListener("resize", paint);
  function fromAddress() {
    const m = /^#case=(.+)$/.exec(location.hash);
    if (!m) return;
    let id;
    try { id = decodeURIComponent(m[1]); } catch (e) { return; }
    const c = D.cases.find(x => whole(x.i) === id);
    if (c && c.n !== open) reveal(c.n);
  }
  addEventListener("hashchange", fromAddress);
  render();
  fromAddress();
  document.documentElement.dataset.ready = "1";
})();
