// Style and script of the page: nothing is loaded from elsewhere.
#pragma once

namespace twinpath::report {

inline constexpr const char* kStyle = R"css(
:root{--bg:#f4f5f7;--card:#fff;--ink:#16202c;--soft:#5a6878;--faint:#93a0ae;--line:#e3e7ec;--grid:#edf0f3;--accent:#2f6fde;
--accent2:#0f9d8f;--order:#12936b;--reject:#dd6b3d;--buy:#0e9467;--sell:#cf3f5e;--price:#6257d6;--good:#0d7a55;--good-bg:#e3f5ed;
--bad:#b3382c;--bad-bg:#fdeae6;--none-bg:#eceff3;--shadow:0 1px 2px rgba(16,30,50,.06),0 4px 14px rgba(16,30,50,.04)}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--card:#151b23;--ink:#e7ecf2;--soft:#9aa7b5;--faint:#6b7886;--line:#26303b;
--grid:#202933;--accent:#6aa1ff;--accent2:#45c9b9;--order:#3fbf92;--reject:#f0895c;--buy:#3ccf97;--sell:#f27490;--price:#a59bff;
--good:#56d6a3;--good-bg:#12291f;--bad:#ff9a86;--bad-bg:#331a15;--none-bg:#1d252e;--shadow:none}}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;font-feature-settings:"tnum"}
main{max-width:1200px;margin:0 auto;padding:36px 24px 56px}
header{display:flex;justify-content:space-between;align-items:flex-end;gap:24px;flex-wrap:wrap;margin-bottom:20px}
.brand{display:flex;align-items:center;gap:9px;color:var(--soft);font-size:13px;letter-spacing:.12em;text-transform:uppercase;font-weight:600}
.brand svg{width:26px;height:18px}.brand path{fill:none;stroke-width:2.6;stroke-linecap:round}
.brand .p1{stroke:var(--accent)}.brand .p2{stroke:var(--accent2)}
h1{font-size:28px;line-height:1.2;margin:8px 0 0;letter-spacing:-.015em;font-weight:650;overflow-wrap:anywhere}
.facts{display:flex;gap:26px;flex-wrap:wrap;color:var(--soft);font-size:13px}.facts b{display:block;color:var(--ink);font-size:15px;font-weight:600}
.verdict{display:flex;align-items:center;gap:14px;padding:15px 20px;border-radius:12px;font-weight:600;font-size:16px;margin-bottom:20px;background:var(--none-bg)}
.verdict.same{background:var(--good-bg);color:var(--good)}.verdict.diff{background:var(--bad-bg);color:var(--bad)}
.verdict svg{flex:none;width:26px;height:26px}.verdict path,.verdict circle{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(186px,1fr));gap:14px;margin-bottom:14px}
.card,section{background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow)}
.card{padding:15px 18px 12px;overflow:hidden;display:flex;flex-direction:column}
.card .k{color:var(--soft);font-size:13px}.card .v{font-size:29px;line-height:1.2;font-weight:650;letter-spacing:-.02em;margin-top:2px}
.card .v small{font-size:15px;font-weight:500;color:var(--soft);letter-spacing:0}.card .d{color:var(--soft);font-size:13px;margin-bottom:8px}
.card svg{width:calc(100% + 36px);height:34px;margin:auto -18px -12px}
.spark-line{fill:none;stroke-width:1.6;vector-effect:non-scaling-stroke}.spark-area{stroke:none;opacity:.13}
.c-message.spark-line{stroke:var(--accent)}.c-message.spark-area{fill:var(--accent)}
.c-order.spark-line{stroke:var(--order)}.c-order.spark-area{fill:var(--order)}
.c-reject.spark-line{stroke:var(--reject)}.c-reject.spark-area{fill:var(--reject)}
section{padding:20px 22px 18px;margin-bottom:14px;min-width:0}
h2{font-size:17px;margin:0 0 2px;letter-spacing:-.005em;font-weight:650}.sub{color:var(--soft);font-size:13px;margin:0 0 14px;max-width:86ch}
h3{font-size:14px;margin:0;font-weight:650}
.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:14px;margin-bottom:14px}.two>section{margin-bottom:0}
.three{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:18px 26px}
.panel .row{display:flex;justify-content:space-between;align-items:baseline;gap:10px}.panel .big{font-weight:650;font-size:15px}
.panel .row span{color:var(--soft);font-size:12.5px}
svg{display:block;width:100%;height:auto;overflow:visible}svg text{font-size:12px;fill:var(--soft)}
svg .label{fill:var(--ink);font-size:13px}svg .value{fill:var(--ink);font-size:12.5px;font-weight:600}svg .tick{fill:var(--faint);font-size:11.5px}
svg .caption{fill:var(--soft);font-size:12.5px}svg .quantile-label{fill:var(--soft);font-size:12px;font-weight:600}
.axis{stroke:var(--line);stroke-width:1}.grid{stroke:var(--grid);stroke-width:1}.quantile{stroke:var(--faint);stroke-width:1;stroke-dasharray:3 3}
.bar{fill:var(--accent)}.fill-message{fill:var(--accent)}.fill-order{fill:var(--order)}.fill-reject{fill:var(--reject)}.fill-drop{fill:var(--faint)}
.area-message{fill:var(--accent);opacity:.14}.line-message{fill:none;stroke:var(--accent);stroke-width:1.4;stroke-linejoin:round}
.line-price{fill:none;stroke:var(--price);stroke-width:1.6;stroke-linejoin:round}
.mark-buy{fill:var(--buy);stroke:var(--card);stroke-width:.7}.mark-sell{fill:var(--sell);stroke:var(--card);stroke-width:.7}
.mark-reject{fill:none;stroke:var(--reject);stroke-width:1.5;stroke-linecap:round;pointer-events:all;opacity:.85}
.whisker{stroke:var(--faint);stroke-width:1.3}.stage{fill:var(--accent)}.s2,.s3{fill:var(--accent2)}.s4,.s5,.s6{fill:var(--price)}
.hit{fill:transparent}.hit:hover{fill:var(--ink);fill-opacity:.06}[data-t]{cursor:default}rect[data-t]:not(.hit):hover,path[data-t]:hover{filter:brightness(1.15)}
.legend{display:flex;gap:16px;flex-wrap:wrap;color:var(--soft);font-size:12.5px;margin-top:8px}.legend i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px;vertical-align:-1px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px}th{color:var(--soft);font-weight:500;font-size:12.5px}
th,td{text-align:right;padding:6px 10px;border-bottom:1px solid var(--grid);white-space:nowrap}tr:last-child td{border-bottom:0}
thead th{border-bottom-color:var(--line)}th:first-child,td:first-child{text-align:left;padding-left:0}th:last-child,td:last-child{padding-right:0}
td b{font-weight:650}.zero td{color:var(--faint)}td.differs{color:var(--bad);font-weight:650}tbody tr:hover td{background:var(--grid)}
.meter{display:inline-block;width:78px;height:7px;border-radius:4px;background:var(--grid);margin-left:10px;overflow:hidden;vertical-align:1px}.meter i{display:block;height:100%;background:var(--accent);border-radius:4px}
.pill{display:inline-block;padding:1px 9px;border-radius:99px;font-size:12px;font-weight:600;background:var(--good-bg);color:var(--good)}.pill.no{background:var(--bad-bg);color:var(--bad)}
.buy{color:var(--buy)}.sell{color:var(--sell)}
details{border-top:1px solid var(--grid);padding:9px 0}details:first-of-type{border-top:0}summary{cursor:pointer;font-weight:600;font-size:14px}summary span{color:var(--soft);font-weight:400;margin-left:8px;font-size:13px}
details table{margin:6px 0 4px}pre{margin:0;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
.none{color:var(--faint);font-size:13.5px;margin:6px 0}footer{color:var(--faint);font-size:12.5px;margin-top:22px;text-align:center}
#tip{position:fixed;z-index:9;pointer-events:none;background:var(--ink);color:var(--card);padding:7px 11px;border-radius:8px;font-size:12.5px;line-height:1.45;white-space:pre;opacity:0;transition:opacity .1s;max-width:90vw}
@media (max-width:860px){.two,.three{grid-template-columns:1fr}main{padding:20px 14px}}
@media print{:root{--bg:#fff;--shadow:none}main{max-width:none;padding:0}.card,section{break-inside:avoid}.verdict,.meter i,.pill,svg *{-webkit-print-color-adjust:exact;print-color-adjust:exact}#tip{display:none}}
)css";

inline constexpr const char* kScript = R"js(
(function(){var tip=document.getElementById('tip');
document.addEventListener('mousemove',function(e){var el=e.target.closest&&e.target.closest('[data-t]');
if(!el){tip.style.opacity=0;return}tip.textContent=el.getAttribute('data-t');tip.style.opacity=1;
var w=tip.offsetWidth,h=tip.offsetHeight,x=e.clientX+14,y=e.clientY+16;
if(x+w>innerWidth-8)x=Math.max(8,e.clientX-w-12);if(y+h>innerHeight-8)y=Math.max(8,e.clientY-h-12);
tip.style.left=x+'px';tip.style.top=y+'px'});
document.addEventListener('mouseleave',function(){tip.style.opacity=0});
addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(d){d.open=true})});})();
)js";

}  // namespace twinpath::report
