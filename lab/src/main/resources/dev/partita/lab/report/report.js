// Draws the pictures of the report. Each <figure data-chart> holds what it shows as JSON, in the shapes that Charts.java
// writes; what it shows is also in a table below it, so the page can be read without this script.
"use strict";
(() => {
  const SYMBOLS = {mp: "rect", sped: "circle", seda: "triangle", amped: "diamond", symped: "roundRect", vt: "arrow"};
  const NARROW = 560;
  const charts = [];

  const color = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const colorOf = model => color(model) || color("other");
  const escape = text => text.replace(/[&<>"']/g, each => "&#" + each.charCodeAt(0) + ";");
  // Three digits, more than any of these measurements is good for, and no exponent.
  const number = value => {
    if (value === 0) return "0";
    const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.abs(value)))));
    return value.toLocaleString("en", {maximumFractionDigits: digits}).replaceAll(",", "\u202f");
  };
  const short = value => Math.abs(value) >= 1e6 ? number(value / 1e6) + " M"
      : Math.abs(value) >= 1e3 ? number(value / 1e3) + " k" : number(value);
  const millis = value => value >= 1e3 ? number(value / 1e3) + " s" : value < 1 ? number(value * 1e3) + " µs" : number(value) + " ms";
  const range = (low, high) => low == null ? "" : " (" + number(low) + " to " + number(high) + ")";

  const text = size => ({color: color("text"), fontSize: size || 13});
  const axis = (described, more) => ({
    type: described.log ? "log" : "value",
    name: described.name,
    nameLocation: "middle",
    nameTextStyle: {color: color("soft"), fontSize: 13},
    axisLabel: {...text(12), formatter: described.unit == "ms" ? millis : short, hideOverlap: true},
    axisLine: {show: true, lineStyle: {color: color("line")}},
    splitLine: {lineStyle: {color: color("line"), opacity: .6}},
    ...more,
  });
  const tooltip = more => ({
    backgroundColor: color("card"),
    borderColor: color("line"),
    textStyle: text(13),
    confine: true,
    ...more,
  });
  const dot = model => `<i style="display:inline-block;width:.7em;height:.7em;margin-right:.4em;border-radius:50%;`
      + `background:${colorOf(model)}"></i>`;
  // The interval of a value: a line with a short bar at both ends.
  const whiskers = (ends, stroke) => ({
    silent: true,
    animation: false,
    label: {show: false},
    symbol: ["none", "none"],
    lineStyle: {color: stroke, width: 1.6, type: "solid", opacity: .9},
    data: ends,
  });

  function lines(shown, chosen, width) {
    const series = shown.choices[chosen].series;
    const narrow = width < NARROW;
    const steps = new Set(series.flatMap(each => each.points.map(point => point[0])));
    const sameSteps = series.every(each => each.points.length == steps.size);
    const said = shown.y.unit == "ms" ? millis : number;
    const line = (each, at) => `${dot(each.model)}${escape(each.name)}: <b>${said(at[1])}</b>`
        + (at[2] < at[3] ? ` (${said(at[2])} to ${said(at[3])})` : "");
    return {
      animation: false,
      grid: {left: 64, right: narrow ? 16 : 84, top: 14, bottom: 46},
      legend: {show: false},
      tooltip: tooltip({
        trigger: sameSteps ? "axis" : "item",
        formatter: hit => {
          const hits = [].concat(hit).sort((a, b) => b.value[1] - a.value[1]);
          return `${escape(shown.x.name)}: ${number(hits[0].value[0])}<br>`
              + hits.map(one => line(series[one.seriesIndex], one.value)).join("<br>");
        },
      }),
      xAxis: axis(shown.x, {nameGap: 28, scale: true, splitLine: {show: false}}),
      yAxis: axis(shown.y, {nameGap: 48}),
      series: series.map(each => ({
        type: "line",
        name: each.name,
        data: each.points,
        symbol: SYMBOLS[each.model] || "circle",
        symbolSize: 8,
        itemStyle: {color: colorOf(each.model)},
        lineStyle: {color: colorOf(each.model), width: 2},
        emphasis: {focus: "series"},
        endLabel: {show: !narrow, formatter: "{a}", color: colorOf(each.model), fontSize: 13, distance: 8},
        markLine: whiskers(each.points.filter(point => point[2] != null && point[2] < point[3])
            .map(point => [{coord: [point[0], point[2]]}, {coord: [point[0], point[3]]}]), colorOf(each.model)),
      })),
    };
  }

  // The names of the rows at the left and their values at the right, where no bar or interval can cover them.
  const names = (rows, values) => [{
    type: "category",
    inverse: true,
    data: rows.map(row => row.name),
    axisLabel: text(13),
    axisLine: {lineStyle: {color: color("line")}},
    axisTick: {show: false},
  }, {
    type: "category",
    inverse: true,
    position: "right",
    data: values,
    axisLabel: text(13),
    axisLine: {show: false},
    axisTick: {show: false},
  }];

  function bars(shown) {
    const rows = shown.rows;
    return {
      animation: false,
      grid: {left: 8, right: 8, top: 8, bottom: 26, containLabel: true},
      legend: {show: false},
      tooltip: tooltip({
        trigger: "axis",
        axisPointer: {type: "shadow"},
        formatter: hits => {
          const row = rows[hits[0].dataIndex];
          return `${dot(row.model)}<b>${escape(row.name)}</b><br>`
              + shown.parts.map((part, i) => `${escape(part)}: ${number(row.parts[i])}`).join("<br>")
              + (shown.parts.length > 1 ? `<br>together: <b>${number(row.whole)}</b>` : "") + range(row.low, row.high);
        },
      }),
      xAxis: axis(shown.value, {nameGap: 26, min: 0}),
      yAxis: names(rows, rows.map(row => number(row.whole))),
      series: shown.parts.map((part, i) => {
        const last = i == shown.parts.length - 1;
        return {
          type: "bar",
          name: part,
          stack: "all",
          barMaxWidth: 20,
          data: rows.map(row => ({
            value: row.parts[i],
            itemStyle: {color: colorOf(row.model), opacity: i == 0 ? 1 : .45},
          })),
          markLine: last ? whiskers(rows.flatMap((row, at) => row.low == null ? []
              : [[{coord: [row.low, at]}, {coord: [row.high, at]}]]), color("text")) : undefined,
        };
      }),
    };
  }

  // A distance between ticks that gives about six of them.
  const step = span => {
    const digit = 10 ** Math.floor(Math.log10(span / 6));
    return digit * [1, 2, 5, 10].find(each => each * digit >= span / 6);
  };

  function ratios(shown, chosen, width) {
    const rows = shown.rows;
    const lowest = Math.min(.9, ...rows.map(row => row.low ?? row.middle));
    const highest = Math.max(1.1, ...rows.map(row => row.high ?? row.middle));
    const log = highest / lowest > 8;
    const interval = step(highest - lowest);
    const values = rows.map(row => number(row.middle) + (width < NARROW ? "" : range(row.low, row.high)));
    return {
      animation: false,
      grid: {left: 8, right: 8, top: 8, bottom: 26, containLabel: true},
      tooltip: tooltip({
        trigger: "item",
        formatter: hit => {
          const row = rows[hit.value[1]];
          return `${dot(row.model)}<b>${escape(row.name)}</b>: ${number(row.middle)}${range(row.low, row.high)}`;
        },
      }),
      // Factors up to 8 can be compared by length; beyond that the small ones would all be one point.
      xAxis: axis({...shown.value, log}, log ? {nameGap: 26} : {
        nameGap: 26,
        interval,
        min: Math.floor(lowest / interval) * interval,
        max: Math.ceil(highest / interval) * interval,
      }),
      yAxis: names(rows, values),
      series: [{
        type: "scatter",
        symbolSize: width < NARROW ? 9 : 13,
        data: rows.map((row, at) => ({value: [row.middle, at], itemStyle: {color: colorOf(row.model), opacity: 1}})),
        markLine: {
          silent: true,
          symbol: ["none", "none"],
          label: {show: false},
          data: [
            {xAxis: 1, lineStyle: {color: color("soft"), type: "dashed", width: 1.2}},
            ...rows.flatMap((row, at) => row.low == null ? [] : [[
              {coord: [row.low, at], lineStyle: {color: colorOf(row.model), type: "solid", width: 3}},
              {coord: [row.high, at]},
            ]]),
          ],
        },
      }],
    };
  }

  // Names at the ends of lines that would cover each other are moved apart, from the highest down.
  function spreadNames(drawing, option) {
    const height = 15;
    const ends = option.series
        .map((series, at) => ({at, series, end: series.data.at(-1)}))
        .filter(each => each.series.endLabel.show && each.series.data.length > 0)
        .map(each => ({...each, pixel: drawing.convertToPixel({seriesIndex: each.at}, each.end)}))
        .sort((a, b) => a.pixel[1] - b.pixel[1]);
    let below = -Infinity;
    for (const each of ends) {
      const y = Math.max(each.pixel[1], below + height);
      each.series.endLabel.offset = [0, y - each.pixel[1]];
      below = y;
    }
    drawing.setOption({series: option.series.map(series => ({endLabel: {offset: series.endLabel.offset || [0, 0]}}))});
  }

  const KINDS = {lines, bars, ratios};

  // What can be chosen or hidden is made of HTML, so that it can be used with a keyboard and read aloud.
  function choices(chart) {
    if ((chart.shown.choices || []).length < 2) return;
    const set = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = chart.shown.choose;
    set.append(legend);
    chart.shown.choices.forEach((choice, i) => {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      radio.type = "radio";
      radio.name = chart.place.id + "-choice";
      radio.checked = i == chart.chosen;
      radio.addEventListener("change", () => { chart.chosen = i; draw(chart); });
      label.className = "chosen";
      label.append(radio, choice.name);
      set.append(label);
    });
    chart.place.before(set);
  }

  function legend(chart) {
    if (chart.shown.kind != "lines") return;
    const set = document.createElement("fieldset");
    const title = document.createElement("legend");
    title.textContent = "Models";
    set.append(title);
    for (const each of chart.shown.choices[0].series) {
      const label = document.createElement("label");
      label.className = "shown " + each.model;
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", () => {
        box.checked ? chart.hidden.delete(each.name) : chart.hidden.add(each.name);
        draw(chart);
      });
      const mark = document.createElement("span");
      mark.className = "dot " + each.model;
      label.append(box, mark, each.name);
      set.append(label);
    }
    chart.place.before(set);
  }

  function draw(chart) {
    const {place, shown} = chart;
    if (!place.clientWidth) return; // folded away: its observer draws it when it is opened
    try {
      if (!chart.drawing) {
        chart.drawing = echarts.init(place, null, {renderer: "svg"});
        chart.drawing.on("finished", () => { place.dataset.drawn = shown.kind; });
      }
      const option = KINDS[shown.kind](shown, chart.chosen, place.clientWidth);
      if (option.legend) {
        option.legend.selected = Object.fromEntries([...chart.hidden].map(name => [name, false]));
      }
      chart.drawing.setOption(option, true);
      if (shown.kind == "lines") spreadNames(chart.drawing, option);
      chart.drawing.getZr().flush(); // now, and not with the next frame, which a printer may not wait for
    } catch (failure) {
      console.error("the picture \u201c" + place.getAttribute("aria-label") + "\u201d could not be drawn", failure);
      place.className = "failed";
      place.textContent = "This picture could not be drawn; its data is in the table below.";
    }
  }

  const drawAll = () => charts.forEach(draw);

  document.querySelectorAll("figure[data-chart]").forEach(figure => {
    const place = figure.querySelector(".chart");
    const shown = JSON.parse(figure.querySelector("script").textContent);
    const chart = {place, shown, chosen: shown.chosen || 0, hidden: new Set(), drawing: null};
    charts.push(chart);
    choices(chart);
    legend(chart);
    draw(chart);
    new ResizeObserver(() => {
      if (chart.drawing && chart.drawing.getWidth() == place.clientWidth) return;
      if (chart.drawing && place.clientWidth) chart.drawing.resize();
      draw(chart);
    }).observe(place);
  });

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // Paper is white whatever the screen is.
  const paper = on => () => { document.documentElement.classList.toggle("paper", on); drawAll(); };
  addEventListener("beforeprint", paper(true));
  addEventListener("afterprint", paper(false));
  document.querySelectorAll(".code").forEach(block => {
    if (!navigator.clipboard) return;
    const button = document.createElement("button");
    button.textContent = "Copy";
    button.addEventListener("click", () => navigator.clipboard.writeText(block.querySelector("code").textContent)
        .then(() => { button.textContent = "Copied"; }, () => { button.textContent = "Not allowed"; }));
    block.append(button);
  });
})();
