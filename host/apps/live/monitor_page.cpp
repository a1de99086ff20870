#include "host/apps/live/monitor_page.h"

#include "host/apps/report/page_style.h"

namespace twinpath {
namespace {

constexpr const char* kMonitorStyle = R"css(
.kill{font:inherit;font-weight:650;color:#fff;background:var(--bad);border:0;border-radius:10px;padding:10px 20px;cursor:pointer}
@media (prefers-color-scheme:dark){.kill{color:#1c0d0a}}
.kill:disabled{opacity:.4;cursor:default}.plain{font:inherit;color:var(--ink);background:none;border:1px solid var(--line);border-radius:10px;padding:9px 18px;cursor:pointer}
.verdict .grow{flex:1}.verdict small{font-weight:400;display:block;font-size:13.5px}.verdict.unknown{background:var(--none-bg);color:var(--soft)}
dialog{border:1px solid var(--line);border-radius:14px;background:var(--card);color:var(--ink);padding:24px 26px;max-width:30em;box-shadow:0 12px 40px rgba(0,0,0,.25)}
dialog::backdrop{background:rgba(10,16,24,.45)}dialog p{margin:8px 0 18px;color:var(--soft)}dialog .row{display:flex;gap:12px;justify-content:flex-end}
.bad{color:var(--bad);font-weight:600}.note{background:var(--bad-bg);color:var(--bad);border-radius:10px;padding:9px 14px;margin:0 0 10px;font-size:13.5px;overflow-wrap:anywhere}
.left td:nth-child(2),.left th:nth-child(2),.left td:nth-child(3),.left th:nth-child(3),.left td:nth-child(4),.left th:nth-child(4){text-align:left}
.tall{max-height:430px;overflow:auto}.tall thead th{position:sticky;top:0;background:var(--card)}
)css";

constexpr const char* kMonitorBody = R"html(
<main><header><div><div class="brand"><svg viewBox="0 0 26 18"><path class="p1" d="M1 5h8l8 8h8"/><path class="p2" d="M1 13h8l8-8h8"/></svg>Twinpath</div>
<h1>Monitor</h1></div><div class="facts"><div>updated<b id="time">never</b></div><div>connection<b id="link">waiting</b></div></div></header>
<div id="verdict" class="verdict unknown"><div class="grow"><span id="state">Waiting for the run</span><small id="why"></small></div>
<button id="kill" class="kill" disabled>Kill switch</button></div>
<div id="notes"></div>
<div class="cards" id="cards"></div>
<section><h2>Books</h2><p class="sub">Best bid and offer of every configured symbol, as the feed process has them.</p><div class="scroll tall"><table><thead><tr><th>symbol</th><th>bid shares</th><th>bid</th><th>ask</th><th>ask shares</th><th>last</th><th>position</th><th>book</th></tr></thead><tbody id="books"></tbody></table></div></section>
<section><h2>Orders</h2><p class="sub" id="orders-sub"></p><div class="scroll tall"><table class="left"><thead><tr><th>time UTC</th><th>symbol</th><th>strategy</th><th>what</th><th>side</th><th>shares</th><th>price</th><th>order</th></tr></thead><tbody id="orders"></tbody></table></div></section>
<div class="two"><section><h2>Rejections by reason</h2><p class="sub">Orders that a risk check refused.</p><table><tbody id="rejections"></tbody></table></section>
<section><h2>Drops</h2><p class="sub">What was received and not used, or could not be sent. Zeros are left out.</p><table><tbody id="drops"></tbody></table></section></div>
<section><h2>Latency</h2><p class="sub">Since each process began; buckets are within an eighth.</p><div class="scroll"><table class="left"><thead><tr><th>process</th><th>what</th><th></th><th></th><th>count</th><th>p50</th><th>p99</th><th>p99.9</th><th>most</th></tr></thead><tbody id="latency"></tbody></table></div></section>
<div class="two"><section><h2>Processes</h2><p class="sub">Their own files say so.</p><table><thead><tr><th>process</th><th>number</th><th>up for</th><th>state</th></tr></thead><tbody id="processes"></tbody></table></section>
<section><h2>Sessions</h2><p class="sub">The feed, and what the run answers to <code>status</code>.</p><table><tbody id="sessions"></tbody></table></section></div>
<footer>twinpath monitor: /metrics for Prometheus, /events for this page</footer></main>
<dialog id="ask"><h2>Stop all orders?</h2><p>The kill switch stops every order of this run at once. Open orders stay open; the run goes on and answers
<code>twinpath control</code>, where <code>release</code> takes it back.</p><div class="row"><button class="plain" id="no">Cancel</button><button class="kill" id="yes">Kill</button></div></dialog>
)html";

constexpr const char* kMonitorScript = R"js(
(function(){
var $=function(id){return document.getElementById(id)},token=document.querySelector('meta[name=token]').content,whyNot=document.querySelector('meta[name=why-not]').content;
var number=new Intl.NumberFormat('en'),said='';
function n(x){return number.format(x)}
function money(x){return x==null?'–':Number(x).toFixed(Math.round(x*10000)%100?4:2)}
function ns(x){return x<1e4?x+' ns':x<1e7?(x/1e3).toFixed(1)+' µs':(x/1e6).toFixed(1)+' ms'}
function span(s){return s<120?s+' s':s<7200?Math.floor(s/60)+' min':Math.floor(s/3600)+' h'}
function clock(ms){return ms?new Date(ms).toISOString().slice(11,23):'–'}
// Text only: nothing that a process wrote becomes markup.
function cell(text,kind){var td=document.createElement('td'),to=td;if(kind&&kind.indexOf('pill')===0){to=document.createElement('span');td.appendChild(to)}
if(kind)to.className=kind;to.textContent=text;return td}
function fill(id,rows,none){var body=$(id),to=document.createDocumentFragment();rows.forEach(function(r){var tr=document.createElement('tr');
r.forEach(function(c){tr.appendChild(Array.isArray(c)?cell(c[0],c[1]):cell(c))});to.appendChild(tr)});
if(!rows.length){var tr=document.createElement('tr'),td=cell(none,'none');td.colSpan=9;tr.appendChild(td);to.appendChild(tr)}body.replaceChildren(to)}
function card(name,value,detail){var d=document.createElement('div');d.className='card';[['k',name],['v',value],['d',detail]].forEach(function(p){
var e=document.createElement('div');e.className=p[0];e.textContent=p[1];d.appendChild(e)});return d}
function show(s){
var by={};s.processes.forEach(function(p){by[p.name]=p});
var main=s.manager||!by.run?by.orders:by.run,feed=by.feed||by.run,live=main&&main.state==='up',c=main?main.counters:{},f=feed?feed.counters:{};
var armed=s.manager?s.manager.armed:!!c.armed,killed=s.manager?s.manager.killed:!!c.killed;
if(s.manager&&!s.manager.alive)live=false;
var v=$('verdict');v.className='verdict '+(killed?'diff':!live?'unknown':armed?'same':'unknown');
$('state').textContent=killed?'Killed: no order leaves':!main?'No run is seen':!live?'The run '+(main.state==='gone'?'is gone':'shows no sign of life'):armed?'Armed: orders are sent':'Not armed';
var q=s.session||{};$('why').textContent=said||(live&&!armed&&!killed?(q.why_not_armed||q.waits_for||''):'')||(q.blocked_by_order?'Order '+q.blocked_by_order+' rests: the rules send nothing until it ends':'')||(token?'':whyNot);
$('kill').disabled=!token||!live||killed;
$('notes').replaceChildren.apply($('notes'),s.notes.concat(q.ok===false?q.errors:[]).map(function(t){var p=document.createElement('p');p.className='note';p.textContent=t;return p}));
var rejected={},total=0;s.processes.forEach(function(p){Object.keys(p.counters).forEach(function(k){if(k.indexOf('rejected: ')===0&&p.counters[k]){
var r=k.slice(10);rejected[r]=(rejected[r]||0)+p.counters[k];total+=p.counters[k]}})});
$('cards').replaceChildren(card('Orders',n(c.orders||0),n(c.cancels||0)+' cancels'),card('Open orders',n(c['open orders']||0),n(c.ended||0)+' ended'),
card('Fills',n(c.fills||0),n(c.acknowledged||0)+' acknowledged'),card('Rejections',n(total),Object.keys(rejected).length+' reasons'),
card('Frames',n(f.frames||0),f.messages==null?'taken':n(f.messages)+' messages'));
fill('books',s.books.map(function(b){return [b.symbol,b.bid?n(b.bid.quantity):'–',[money(b.bid&&b.bid.price),'buy'],[money(b.ask&&b.ask.price),'sell'],
b.ask?n(b.ask.quantity):'–',money(b.last),n(b.position),!b.trusted?['not trusted','pill no']:!b.tradable?['halted','pill no']:['trusted','pill']]}),
'Books are shared by a run of several processes only (twinpath run --processes).');
fill('orders',s.orders.map(function(o){return [clock(o.time),o.symbol,o.strategy||'–',[o.what+(o.reason?': '+o.reason:''),o.what==='rejected'?'bad':''],[o.side,o.side],n(o.quantity),money(o.price),o.order||'–']}),
s.manager?'None yet.':'Single orders are told by a run of several processes only (twinpath run --processes).');
$('orders-sub').textContent='What became of the last orders, newest first.'+(s.orders_missed?' '+n(s.orders_missed)+' updates came faster than they were read.':'');
fill('rejections',Object.keys(rejected).sort(function(a,b){return rejected[b]-rejected[a]}).map(function(r){return [r,n(rejected[r])]}),'None.');
var drops=[];s.processes.forEach(function(p){Object.keys(p.counters).forEach(function(k){
if(p.counters[k]&&/^drop_|lost|missed|overflow|truncated|^bad_|_full$|not sent|without room|in doubt|earlier one/.test(k))drops.push([p.name+': '+k.replace(/_/g,' '),n(p.counters[k])])})});
((q.inputs)||[]).forEach(function(i){Object.keys(i).forEach(function(k){if(/^dropped/.test(k)&&i[k])drops.push([i.address+': '+k.replace(/_/g,' '),n(i[k])])})});
fill('drops',drops,'None.');
var lat=[];s.processes.forEach(function(p){p.latencies.forEach(function(l){if(l.count)lat.push([p.name,l.name.replace(/, ns$/,''),'','',n(l.count),ns(l.p50),ns(l.p99),ns(l.p999),ns(l.max)])})});
fill('latency',lat,'Nothing measured yet.');
fill('processes',s.processes.map(function(p){return [p.name,String(p.pid),p.state==='gone'?'–':span(p.seconds),[p.state,p.state==='up'?'pill':'pill no']]}),'None.');
var rows=[];if(s.feed){var g=s.feed;rows.push(['feed',!g.alive?['no sign of life','pill no']:g.stale?['stale: a gap was lost','pill no']:g.rebuilding?['books are made again','pill no']:['good','pill']],
['market',g.ended?'session has ended':g.circuit_breaker?'circuit breaker':g.market_open?'open':'not in market hours'],['feed processes so far',String(g.generation)])}
Object.keys(q).forEach(function(k){var x=q[k];if(k==='ok'||k==='errors'||k==='inputs')return;
rows.push([k.replace(/_/g,' '),x&&typeof x==='object'?Object.keys(x).map(function(i){return i+' '+(typeof x[i]==='object'?JSON.stringify(x[i]):x[i])}).join(', ').slice(0,160)||'none':String(x)])});
fill('sessions',rows,'The run has no control socket, or none was given.');
$('time').textContent=clock(s.time);document.body.dataset.updates=String(1+Number(document.body.dataset.updates||0))}
var source=new EventSource('/events');
source.addEventListener('state',function(e){$('link').textContent='live';show(JSON.parse(e.data))});
source.onerror=function(){$('link').textContent='lost, trying again';$('verdict').className='verdict unknown';$('kill').disabled=true;
$('state').textContent='The monitor does not answer: what is below is old'};
$('kill').onclick=function(){$('ask').showModal()};$('no').onclick=function(){$('ask').close()};
$('yes').onclick=function(){$('ask').close();said='The kill switch is being set';fetch('/kill',{method:'POST',headers:{'X-Twinpath-Token':token}}).then(function(r){
return r.text().then(function(t){said=r.ok?'':'The kill switch was not set: '+t})}).catch(function(e){said='The kill switch was not set: '+e})
.then(function(){$('why').textContent=said})};
})();
)js";

// What is between quotes in markup.
std::string attribute(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&' || c == '<' || c == '>' || c == '"') {
      result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&quot;";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string monitor_page(std::string_view nonce, std::string_view token, std::string_view why_not) {
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><title>Twinpath monitor</title><link rel=\"icon\" "
      "href=\"data:,\"><meta name=\"token\" content=\"";
  page += attribute(token);
  page += "\"><meta name=\"why-not\" content=\"";
  page += attribute(why_not);
  page += "\"><style nonce=\"";
  page += nonce;
  page += "\">";
  page += report::kStyle;
  page += kMonitorStyle;
  page += "</style></head><body>";
  page += kMonitorBody;
  page += "<script nonce=\"";
  page += nonce;
  page += "\">";
  page += kMonitorScript;
  page += "</script></body></html>\n";
  return page;
}

}  // namespace twinpath
