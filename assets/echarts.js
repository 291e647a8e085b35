// The parts of ECharts that our charts use, as one script; nothing else of it is sent to a reader.
import { init, use } from "echarts/core";
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkPointComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, ScatterChart, AriaComponent, GridComponent, MarkPointComponent, TooltipComponent, SVGRenderer]);

export { init };
