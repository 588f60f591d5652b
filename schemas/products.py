"""Products: one row each, found again by their code."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from schemas.vocabulary.changes import Changes
from schemas.vocabulary.contract import Part, code_of, control, follow_up, generic_slots, header, record_type, unsent
from schemas.vocabulary.kinds import CONFIGURATIONS, choice, code, flag, integer, number, text
from schemas.vocabulary.lists import ACCOUNT_PRODUCTS, ACCOUNTS, LOCATIONS, PRODUCT_STORAGE_UNITS, PRODUCTS, STOCK_UNIT_TYPES, STORAGE_UNIT_TYPES


@record_type(
    "products",
    "product",
    key=("Code",),
    resource="products",
    listed=PRODUCTS,
    changeable=True,
    after=("locations",),
    changes=Changes(needs=("description", "stock_unit_type_id")),
    parts=(
        Part(
            "account",
            "account_products",
            "account assignment",
            key=("Account Code",),
            needs=("Account Code",),
            place={"resource": "account_products", "path": "/products/{product_id}/account_products", "listed": ACCOUNT_PRODUCTS},
        ),
        Part(
            "storage_unit",
            "product_storage_units",
            "storage unit",
            key=("Storage Unit Type Code", "Storage Unit Stock Configuration"),
            needs=(
                "Storage Unit Type Code",
                "Storage Unit Stock Configuration",
                "Storage Unit Unit Of Measure",
                "Storage Unit Units Per Layer",
                "Storage Unit Number of Layers",
            ),
            # Receipts look for the storage unit of priority 0; the file has no column for the priority.
            place={"resource": "product_storage_units", "listed": PRODUCT_STORAGE_UNITS, "changeable": True, "first_gets": {"priority": 0}},
        ),
        Part(
            "pick_face",
            "pickface_products",
            "pick face",
            key=("Pick Face Location Code",),
            needs=("Pick Face Location Code",),
            within=("Pick Face Warehouse Code",),
            place={"resource": "pickface_products"},
        ),
    ),
)
class Products(pa.DataFrameModel):
    """The columns of Clarus's product import template, in title case as it writes them."""

    product_code: Series[str] = header("code", code(50), "Code", required=True)
    description: Series[str] = header("description", text(150), "Description", required=True)
    allow_update: Series[str] = control("allow_update", flag(), note="true: a product that exists is changed, whatever [existing] says; false: it is not")
    account_code: Series[str] = follow_up("account", "account_id", code_of(ACCOUNTS), "Account Code")
    unit_stock_unit_type_code: Series[str] = header("stock_unit_type_id", code_of(STOCK_UNIT_TYPES), "Unit Stock Unit Type Code", required=True)
    case_stock_unit_type_code: Series[str] = unsent("Case Stock Unit Type Code")
    inner_stock_unit_type_code: Series[str] = unsent("Inner Stock Unit Type Code")
    outer_stock_unit_type_code: Series[str] = unsent("Outer Stock Unit Type Code")
    customs_description: Series[str] = header("customs_description", text(255), "Customs Description")
    commodity_code: Series[str] = header("commodity_code", code(14), "Commodity Code")
    long_description: Series[str] = header("long_description", text(), "Long Description")
    default_stock_description: Series[str] = unsent("Default Stock Description")
    stop: Series[str] = header("stop", flag(), "Stop")
    obsolete: Series[str] = header("obsolete", integer(), "Obsolete")
    shelf_life_min: Series[str] = header("shelf_life_min", integer(1), "Shelf Life Min")
    shelf_life_max: Series[str] = header("shelf_life_max", integer(1), "Shelf Life Max")
    is_new_product: Series[str] = control("is_new_product", flag(), "Is New Product", note="true: the product must not exist yet; false: it exists and is changed")
    barcode: Series[str] = header("barcode", code(), "Barcode")
    case_barcode: Series[str] = header("case_barcode", code(), "Case Barcode")
    inner_barcode: Series[str] = header("inner_barcode", code(), "Inner Barcode")
    outer_barcode: Series[str] = header("outer_barcode", code(), "Outer Barcode")
    units_per_case: Series[str] = unsent("Units Per Case")
    units_per_inner: Series[str] = unsent("Units Per Inner")
    units_per_outer: Series[str] = unsent("Units Per Outer")
    non_hazardous_for_transport: Series[str] = header("non_hazardous_for_transport", flag(), "Non Hazardous For Transport")
    specific_gravity: Series[str] = header("specific_gravity", number(), "Specific Gravity")
    rspo_certificate_number: Series[str] = unsent("RSPO Certificate Number")
    rspo_supply_chain_number: Series[str] = unsent("RSPO Supply Chain Number")
    default_receipt_configuration: Series[str] = header("default_receipt_configuration", choice(*CONFIGURATIONS), "Default Receipt Configuration")
    default_order_configuration: Series[str] = header("default_order_configuration", choice(*CONFIGURATIONS), "Default Order Configuration")
    unit_quantity_conversion_strategy: Series[str] = header(
        "unit_quantity_conversion_strategy",
        choice("none", "volume", "weight"),
        "Unit Quantity Conversion Strategy",
    )
    external_system_reference_1: Series[str] = header("external_system_reference1", text(), "External System Reference 1", fallback="Code", aliases=("External System Reference",))
    external_system_reference_2: Series[str] = header("external_system_reference2", text(), "External System Reference 2")
    external_system_reference_3: Series[str] = header("external_system_reference3", text(), "External System Reference 3")
    unit_allow_receipt: Series[str] = unsent("Unit Allow Receipt")
    unit_allow_order: Series[str] = unsent("Unit Allow Order")
    case_allow_receipt: Series[str] = unsent("Case Allow Receipt")
    case_allow_order: Series[str] = unsent("Case Allow Order")
    inner_allow_receipt: Series[str] = unsent("Inner Allow Receipt")
    inner_allow_order: Series[str] = unsent("Inner Allow Order")
    outer_allow_receipt: Series[str] = unsent("Outer Allow Receipt")
    outer_allow_order: Series[str] = unsent("Outer Allow Order")
    use_batch: Series[str] = unsent("Use Batch")
    use_sell_by_date: Series[str] = unsent("Use Sell By Date")
    use_best_before_date: Series[str] = unsent("Use Best Before Date")
    round_up_to_full_storage_units_on_pick: Series[str] = unsent("Round Up To Full Storage Units On Pick")
    cube_per_unit: Series[str] = unsent("Cube Per Unit", aliases=("Cube Per Item",))
    length_per_unit: Series[str] = unsent("Length Per Unit", aliases=("Length Per Item",))
    height_per_unit: Series[str] = unsent("Height Per Unit", aliases=("Height Per Item",))
    width_per_unit: Series[str] = unsent("Width Per Unit", aliases=("Width Per Item",))
    weight_per_unit: Series[str] = unsent("Weight Per Unit", aliases=("Weight Per Item",))
    value_per_unit: Series[str] = unsent("Value Per Unit", aliases=("Value Per Item",))
    volume_per_unit: Series[str] = unsent("Volume Per Unit", aliases=("Volume Per Item",))
    unit_unit_of_measure: Series[str] = unsent("Unit Unit of Measure")
    unit_weight_unit_of_measure: Series[str] = unsent("Unit Weight Unit of Measure")
    unit_volume_unit_of_measure: Series[str] = unsent("Unit Volume Unit of Measure")
    unit_packing_weight: Series[str] = unsent("Unit Packing Weight")
    unit_packing_description: Series[str] = unsent("Unit Packing Description")
    unit_packing_weight_unit_of_measure: Series[str] = unsent("Unit Packing Weight Unit of Measure")
    cube_per_case: Series[str] = unsent("Cube Per Case")
    length_per_case: Series[str] = unsent("Length Per Case")
    height_per_case: Series[str] = unsent("Height Per Case")
    width_per_case: Series[str] = unsent("Width Per Case")
    weight_per_case: Series[str] = unsent("Weight Per Case")
    value_per_case: Series[str] = unsent("Value Per Case")
    cube_per_inner: Series[str] = unsent("Cube Per Inner")
    length_per_inner: Series[str] = unsent("Length Per Inner")
    height_per_inner: Series[str] = unsent("Height Per Inner")
    width_per_inner: Series[str] = unsent("Width Per Inner")
    weight_per_inner: Series[str] = unsent("Weight Per Inner")
    value_per_inner: Series[str] = unsent("Value Per Inner")
    cube_per_outer: Series[str] = unsent("Cube Per Outer")
    length_per_outer: Series[str] = unsent("Length Per Outer")
    height_per_outer: Series[str] = unsent("Height Per Outer")
    width_per_outer: Series[str] = unsent("Width Per Outer")
    weight_per_outer: Series[str] = unsent("Weight Per Outer")
    value_per_outer: Series[str] = unsent("Value Per Outer")
    storage_unit_type_code: Series[str] = follow_up("storage_unit", "storage_unit_type_id", code_of(STORAGE_UNIT_TYPES), "Storage Unit Type Code")
    storage_unit_units_per_layer: Series[str] = follow_up("storage_unit", "per_layer", number(0), "Storage Unit Units Per Layer")
    storage_unit_number_of_layers: Series[str] = follow_up("storage_unit", "number_of_layers", integer(0), "Storage Unit Number of Layers")
    storage_unit_total_units: Series[str] = follow_up("storage_unit", "total", number(0), "Storage Unit Total Units")
    storage_unit_height: Series[str] = follow_up("storage_unit", "height", number(above=0), "Storage Unit Height")
    storage_unit_stock_configuration: Series[str] = follow_up("storage_unit", "stock_configuration", choice(*CONFIGURATIONS), "Storage Unit Stock Configuration")
    storage_unit_unit_of_measure: Series[str] = follow_up(
        "storage_unit",
        "unit_of_measure",
        choice("centimetre", "metre", "inch", "foot", "millimetre"),
        "Storage Unit Unit Of Measure",
    )
    pick_face_location_code: Series[str] = follow_up("pick_face", "location_id", code_of(LOCATIONS), "Pick Face Location Code", within="Pick Face Warehouse Code")
    pick_face_trigger_min: Series[str] = follow_up("pick_face", "trigger_min", integer(0), "Pick Face Trigger Min")
    pick_face_trigger_max: Series[str] = follow_up("pick_face", "trigger_max", integer(0), "Pick Face Trigger Max")
    pick_face_replenishment_type: Series[str] = follow_up(
        "pick_face",
        "replenishment_type",
        choice("continuous", "demand", "order_volume"),
        "Pick Face Replenishment Type",
        aliases=("replenishment_type",),
        besides=True,
    )
    pick_face_priority: Series[str] = follow_up("pick_face", "priority", integer(0), "Pick Face Priority", aliases=("priority",), besides=True)
    pick_face_full_storage_units_only: Series[str] = follow_up(
        "pick_face",
        "full_storage_units_only",
        flag(),
        "Pick Face Full Storage Units Only",
        aliases=("full_storage_units_only",),
        besides=True,
    )
    pick_face_allowed_configurations: Series[str] = unsent("Pick Face Allowed Configurations")
    tax_type_code: Series[str] = unsent("Tax Type Code")
    abv: Series[str] = unsent("Abv")
    environmental_hazard: Series[str] = unsent("Environmental Hazard")
    marine_pollutant: Series[str] = unsent("Marine Pollutant")
    packaged_under_limited_quantity_regulations: Series[str] = unsent("Packaged Under Limited Quantity Regulations")
    temperature_controlled: Series[str] = unsent("Temperature Controlled")
    protect_from_frost: Series[str] = unsent("Protect From Frost")
    flash_point: Series[str] = unsent("Flash Point")
    freezing_point: Series[str] = unsent("Freezing Point")
    ignition_temperature: Series[str] = unsent("Ignition Temperature")
    melting_point: Series[str] = unsent("Melting Point")
    mapp: Series[str] = unsent("Mapp")
    technical_name: Series[str] = unsent("Technical Name")
    un_number: Series[str] = unsent("Un Number")
    tunnel_code: Series[str] = unsent("Tunnel Code")
    packing_group: Series[str] = unsent("Packing Group")
    subsidiary_hazardous_1: Series[str] = unsent("Subsidiary Hazardous 1")
    subsidiary_hazardous_2: Series[str] = unsent("Subsidiary Hazardous 2")
    subsidiary_hazardous_3: Series[str] = unsent("Subsidiary Hazardous 3")
    # Accepted under their API names; the template has no column for them.
    country_of_manufacture: Series[str] = header("country_of_manufacture", text(6))
    pick_face_warehouse_code: Series[str] = follow_up("pick_face", "", code(), "Pick Face Warehouse Code", note="needed where several warehouses have a location of this code")
    output_quantity: Series[str] = header("output_quantity", number(above=0))
    assemble_on_pick: Series[str] = header("assemble_on_pick", flag())
    require_dimensions_on_receipt: Series[str] = header("require_dimensions_on_receipt", flag())
    pick_strategy: Series[str] = header("pick_strategy", choice("pick_by_line", "batch_pick"))
    product_type: Series[str] = header("product_type", choice("single", "bill_of_materials"))
    serial_number_tracking_setting: Series[str] = header("serial_number_tracking_setting", choice("no_tracking", "track_during_pick", "full_tracking"))
    _slots = generic_slots(header, "", ("string", "integer", "datetime", "boolean"))
