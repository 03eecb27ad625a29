"""Sentences and paragraphs of the pages in Chinese and English: how to read a part, what to do next, what went wrong."""

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "welcome": ("从一份专业表、一份招生就业表和一份岗位表开始", "Begin with programs, outcomes and demands"),
    "welcome_text": (
        "上传三张表，系统逐行检查；通过后即可分析：每个专业点得到一条建议、一份可加总核对的核算表和全部依据。",
        "Upload three tables; every row is checked. Then assess: every program gets a flag, a certificate that adds up, and "
        "all that stands behind both.",
    ),
    "welcome_demo": (
        "想先看看结果？用自带的示例城市（虚构数据）做一次分析，约一分钟。",
        "To see a result first, assess the illustrative city (made-up data): about a minute.",
    ),
    "welcome_demo_start": ("分析示例城市", "Assess the illustrative city"),
    "no_assessments": ("还没有分析。", "There is no assessment yet."),
    "no_uploads": ("还没有上传的数据表。", "No table was uploaded yet."),
    "no_jobs": ("没有任务。", "There are no jobs."),
    "no_reports": ("还没有生成报告。", "No report was made yet."),
    "no_programs_found": (
        "没有专业点符合这些条件。去掉一个条件，或改用“按含义搜索”。",
        "No program fits. Drop a condition, or search by meaning.",
    ),
    "no_demands_found": ("没有岗位符合这些条件。去掉一个条件再试。", "No posts fit. Drop a condition."),
    "two_needed": (
        "比较需要两次分析；现在只有一次或没有。",
        "A comparison needs two assessments; there are fewer than two.",
    ),
    "chains_note": (
        "每格为岗位减毕业生：正数（▲）缺人，负数（▼）供大于求，颜色越深相差越大。毕业生按岗位比例分摊到各环节。点击一格可看其岗位。",
        "Each cell is posts less graduates: above zero (▲) short of people, below (▼) too many; the darker, the further apart. "
        "Graduates are shared out over stages by posts. A cell leads to its posts.",
    ),
    "cases_note": (
        "每类按证据强弱列出；建议仅供参考，由主管部门决定。",
        "The clearest of each flag. Flags are advice; the bureau decides.",
    ),
    "meaning_note": (
        "按含义：写一句要培养什么样的人，或一段岗位描述，按文本相近程度排序；数值只用于排序，不是概率。",
        "By meaning: describe whom you want trained, or paste a post. Programs are ranked by nearness, which is no probability.",
    ),
    "suggested_note": (
        "可考虑的专业只按名称与专业类排出，不含概率：新专业还没有课程可供匹配。规则集不许新增布点的专业不列。",
        "Programs to consider are ranked by name and class alone and have no probability: a new program has no courses to match. "
        "Those that the pack allows no new points are left out.",
    ),
    "certificate_note": (
        "表内专业点的全部对接岗位都在右侧列出。左边相加、右边相加、两数相减，即为无论如何安排都无岗可去的人数。",
        "Every post that these programs lead to is listed on the right. Add the left, add the right, take the difference: so many "
        "find no post, however assigned.",
    ),
    "certificate_only": (
        "仅就此处所列的岗位、匹配与毕业生流向而言。",
        "Only for the posts, matches and graduate flows listed here.",
    ),
    "certificate_field": (
        "这是对该领域在该地区的结论，不针对任何一所院校。",
        "This is a finding about a field in a region, never about one institution.",
    ),
    "beside_note": (
        "各项分别比较，不排名、不加总。",
        "Separate grounds side by side: no ranking, no total.",
    ),
    "employment_note": (
        "估计值以同类专业为参照对小样本作了收缩；表中为上报原数，未作任何调整。就业率以求职毕业生（毕业减升学）为分母。",
        "The estimate leans on programs of the same kind where cohorts are small; the table shows figures as reported. Those who "
        "study on are not counted.",
    ),
    "evidence_note": (
        "左右两句是概率的主要来历。概率按评分配对校准（目前由语言模型评分，尚未经人工核定），不是相似度。",
        "The two sentences carry most of the match. p is calibrated on graded pairs (graded by a language model, not yet by "
        "people); it is no similarity.",
    ),
    "evidence_parts": (
        "以随机一对为起点，各部分加减多少（对数几率）：",
        "What each part adds to a random pair (log odds):",
    ),
    "skills_note": (
        "只计课程与实习实训；仅有能力表述而无课程支撑的，不计为已覆盖。",
        "Only courses and practice count; an ability without a course behind it is a claim.",
    ),
    "trace_note": (
        "按顺序逐项判断，先成立者定建议。“未判定”表示所需数据缺失，正反都不计。",
        "Read in order; the first ground that holds gives the flag. A clause without its data is not evaluable and counts neither way.",
    ),
    "counterfactual_none": (
        "没有：在可考虑的范围内，单独改变一个数不会改变结论；合并评价或数据不足的专业点不求。",
        "None: no single figure within reach changes it; it is not looked for where a program is judged pooled or lacks data.",
    ),
    "counterfactual_note": (
        "只改一个数，其余不变，至少改多少结论会变。",
        "How far one figure alone has to move until the flag is another one.",
    ),
    "what_if_note": (
        "改几个数，看结论如何变化。只作测算，不改动本次分析。",
        "Change a few figures and see what comes out. Nothing of this assessment is changed.",
    ),
    "reviews_note": (
        "复核只增不改：原结论保留，复核后另作一次分析，两者都可查看。",
        "Reviews are added, never changed: the original flag stays, and an assessment made with the reviews stands beside it.",
    ),
    "override_note": (
        "由主管部门作出，须写明理由；原建议与调整并列显示。",
        "For the bureau, with a reason; the original flag and the override are shown side by side.",
    ),
    "round_note": (
        "公示期内，拟撤并专业点所在院校可作陈述申辩。",
        "Within these days the schools concerned may state their case.",
    ),
    "policies_note": (
        "规则集是参数与规则的清单，每个数值都注明出自哪份文件。标明“来源未核对”的，不作正式结论依据。",
        "A pack lists parameters and rules, each value with the document it comes from. Unverified packs are not for formal "
        "conclusions.",
    ),
    "comparison_note": (
        "把后一次的输入逐项换进前一次，重新测算，由此得出每处变化的原因，不作猜测。",
        "Causes are found by assessing again with one input exchanged at a time; nothing is guessed.",
    ),
    "upload_note": (
        "中文或英文表头均可；编码自动识别。含身份证号、电话或学生姓名的表会被整表拒收，不予保存。",
        "Chinese or English headers; the encoding is recognised. A table with identity numbers, telephone numbers or students' "
        "names is refused as a whole and never stored.",
    ),
    "mapping_note": (
        "认出的列已对应好。没有认出的列可在此指定，或不读入。",
        "Columns that were recognised are set. Name the others here, or leave them out.",
    ),
    "upload_refused": (
        "这份文件有{number}处问题，尚未采用。更正后重新上传；或者去掉有问题的行，采用其余各行。",
        "This file has {number} problems and is not in use. Mend and upload it again, or leave the bad rows out.",
    ),
    "upload_ready": ("已通过检查：{rows}行可用于分析。", "Checked: {rows} rows are ready to be assessed."),
    "assess_note": (
        "专业、招生就业、岗位三张表必选；有覆盖声明表方可核定过剩。",
        "Programs, outcomes and demands are needed; nothing is a certified surplus without a coverage table.",
    ),
    "assess_missing": ("还缺已通过检查的表：{kinds}。", "Tables that are still missing: {kinds}."),
    "job_stays": (
        "可以关掉本页，任务会继续；即使服务重启也不会丢失。",
        "You may leave this page: the job goes on, and survives a restart of the service.",
    ),
    "reports_note": (
        "公开版只到专业层面，人数过少的格遮去；内部版含各院校、把握与依据。",
        "The public edition stays at catalogue level with small cells masked; the internal one names institutions, certainty and "
        "grounds.",
    ),
    "login_note": (
        "输入管理员发给你的访问密钥。密钥只在本机校验，不会发往别处。",
        "Enter the access key that your administrator gave you. It is checked on this machine and sent nowhere else.",
    ),
    "login_first": (
        "第一次启动时，管理密钥打印在启动服务的窗口里。",
        "At the first start the admin key is printed in the window that started the service.",
    ),
    "error_400_text": ("请回到上一页，检查后再试。", "Go back, check what was entered, and try again."),
    "error_403_text": (
        "你的密钥没有这项权限，或者页面放得太久，请重新打开后再试。",
        "Your key does not allow this, or the page was open for too long: open it again and retry.",
    ),
    "error_404_text": (
        "地址不对，或者它不在你的密钥的查看范围内。",
        "The address is wrong, or what it names is outside the scope of your key.",
    ),
    "error_409_text": ("同一操作已经提交过，请到任务页查看。", "The same request was handed in before: see the jobs."),
    "error_413_text": (
        "提交的内容超过上限；文件请拆分后再上传。",
        "What was sent is over the limit: split a file and upload its parts.",
    ),
    "error_422_text": ("请更正所指出的内容后再提交。", "Mend what is named and hand it in again."),
    "error_429_text": ("请稍等片刻再试。", "Wait a moment and try again."),
    "error_500_text": (
        "这是系统的问题，不是你的操作所致。请把下面的请求编号告诉管理员。",
        "This is our fault, not yours. Tell your administrator the number below.",
    ),
    "error_503_text": ("服务正在启动或停止，请稍后再试。", "The service is starting or stopping: try again shortly."),
    "rule_differs": (
        "与分析建议不同：规则只看所列数据本身，不作平滑，也不看岗位。两者并列，由主管部门决定。",
        "It differs from the advice: the rule reads raw figures and no posts. Both stand; the bureau decides.",
    ),
    "measure_held": (
        "原拟“{step}”，因尚有在校生、正在招生或属豁免而未到该步",
        "{step} was asked for; students, a running enrolment or an exemption hold it back",
    ),
    "certificate_none": (
        "该专业点没有对接岗位或没有求职毕业生，不属于任何供需关联组。",
        "This program has no linked posts or no graduates looking for work: it belongs to no block.",
    ),
    "surplus_block": (
        "年均{supply}人争{posts}个岗位，容纳率{rate}，至少{left}人无岗可去",
        "{supply} graduates a year for {posts} posts ({rate}): at least {left} find none",
    ),
    "beside_cut": (
        "要达到岗位容纳率90%，全组需减招{number}人；由谁减，须由主管部门决定。",
        "To reach a rate of 90 % the block has to give up {number} places; who gives them up is for the bureau.",
    ),
    "uncalibrated": (
        "该编码模型没有评分配对：数值可用于排序，不是概率。",
        "This encoder has no graded pairs: the figure ranks, and is no probability.",
    ),
}
