"""The words of headings in the languages of Europe's shops and ledgers, by what they speak of.

Without accents and case; English first, then German, French, Dutch, Spanish and Italian, with the abbreviations of the
field. A word may speak of several things: what stands beside it decides.
"""

from __future__ import annotations

from collections.abc import Mapping

# Each sense, and below it the words that speak of it; those of "nothing" change no meaning.
_WORDS = """
order:
    order orders ord so auftrag auftraege auftrage auftrags bestellung bestellungen bestell commande commandes cde
    bestelling bestellingen bestel pedido pedidos pedid orden ordine ordini salesorder verkooporder encomenda
    zamowienie
sales:
    sales sale verkauf vente ventes verkoop venta ventas vendita vendite web online shop store marketplace channel
purchase:
    po purchase purchasing purch einkauf einkaufs inkoop inkooporder achat achats approvisionnement compra compras
    acquisto acquisti oa
document:
    document documents doc docs dokument beleg belege belegs vorgang vorgangs piece documento stuk transaction txn
    transaktion
receipt:
    receipt receipts receiving received grn asn inbound wareneingang eingang eingangs reception receptions recepcion
    ontvangst ontvangsten ricezione ricevimento arrival arrivals ankunft arrivee aankomst llegada arrivo prereceipt
    preadvice avis avviso entrada entrata incoming
shipment:
    shipment shipments consignment sendung sendungs lieferung lieferungs envoi zending envio fulfillment fulfilment
deliverynote:
    deliverynote lieferschein lieferscheine pakbon albaran ddt bl leverbon
invoice:
    invoice invoices inv rechnung rechnungs facture factures factuur factura facturas fattura fatture
quote:
    quote quotation angebot devis offerte presupuesto preventivo
return:
    return returns returned rma retoure retour retours devolucion reso resi refund refunded refunds
product:
    product products prod item items itm article articles art artikel articulo articulos articolo articoli part
    parts material mat ware waren goods produit produits producto productos prodotto prodotti produkt produkte
    stockitem merchandise referencia
variant:
    variant variants variation variante varianten combination combinaison
sku:
    sku skus stockcode artnr matnr
line:
    line lines lin lineitem lineitems position positions pos zeile ligne lignes regel regels orderregel linea lineas
    riga righe posten row rij renglon posnr detail details
parent:
    parent assembly bom kit bundle finished baugruppe stuckliste stueckliste oberartikel ensemble nomenclature
    compose samenstelling stuklijst conjunto padre distinta header
component:
    component components comp child ingredient komponente komponenten bauteil composant composants onderdeel
    componente componenti componentes hijo figlio fils
category:
    category categories cat kategorie warengruppe produktgruppe categorie famille groep categoria familia gruppo
    collection group class type typ tipo departement department sector
brand:
    brand marke marque merk marca manufacturer hersteller fabricant fabrikant fabricante produttore
attribute:
    color colour farbe couleur kleur colore size grosse groesse taille maat talla taglia style option options model
    modell modele attribute attributes property properties tags tag template set meta seo metafield feature
image:
    image images img photo picture bild bilder foto afbeelding imagen immagine src thumbnail url link handle slug
    permalink website
barcode:
    barcode barcodes ean ean13 ean8 ean11 gtin gtin13 gtin14 upc isbn jan strichcode codebarre codebarres gencod
    streepjescode codigobarras
uom:
    uom um udm unitofmeasure me mengeneinheit einheit unite unidad unita eenheid meins
unit:
    unit each per
pack:
    case cases carton cartons karton kartons colis doos dozen doosjes caja cajas cartone cartoni pack packs package
    packaging inner outer pallet pallets palette paletten palet palettes ve verpackung
dozen:
    dozen dozens dutzend douzaine douzaines dozijn docena docenas dozzina
weight:
    weight gewicht poids peso weights grams gram gramm kg lb lbs oz ounces kilo brutto netto gross
dimension:
    length width height depth volume dimension dimensions lange laenge breite hohe hoehe longueur largeur hauteur
    profondeur lengte breedte hoogte largo ancho alto lunghezza larghezza altezza cm mm cbm cube
customs:
    hs tariff commodity customs zoll zolltarif zolltarifnummer douane taric intrastat warentarif
origin:
    origin ursprung ursprungs origine herkomst origen provenienza coo manufacture made
batch:
    batch lot lots charge chargen lote lotto partij batchnumber
serial:
    serial serials seriennummer serie seriali serienummer
expiry:
    expiry expiration expires exp expire bbd bbe mhd ablauf verfall verfalls haltbarkeit haltbar peremption ddm dlc
    dluo tht houdbaarheid caducidad scadenza vencimiento
sellby:
    sellby
quantity:
    uds ud quantity quantities qty qtys qte qnt quant quantite quantites menge mengen anzahl aantal hoeveelheid cantidad
    cant quantita qta qtat stuck stueck stk pieces pcs pce units unidades stuks pezzi count kwmeng
ordered:
    ordered bestellt bestellte commande commandee commandees commandes besteld bestelde pedida pedido solicitada
    ordinata ordinate purchased sold requested
open:
    open outstanding remaining toship offen offene reste restant openstaand pendiente residua due balance
done:
    shipped delivered dispatched despatched fulfilled picked packed allocated reserved geliefert livre livree
    expedie geleverd verzonden entregada enviada spedita consegnata invoiced cancelled canceled storniert annule
    geannuleerd backordered backorder bo backorders actual tatsachlich reel werkelijk completed closed
stock:
    stock onhand hand available inventory bestand lagerbestand verfugbar disponible voorraad existencias giacenza
    inventaire reorder minimum maximum min max safety level threshold
code:
    code codes number num numbers no nr nro nbr numb nummer numero numeros codigo codice cod ref reference referenz
    referentie referencia riferimento rif key kennung nummern cd identifier increment
id:
    id ids uid uuid guid entity
name:
    name names nom naam nombre nome named fullname
description:
    description descriptions desc descr dsc dscription designation libelle bezeichnung bezeichnungen beschreibung
    omschrijving descripcion descrizione descrip text kurztext
title:
    title titel titre titulo titolo
long:
    long lang longue lange larga lunga full html body langtext detailed extended
short:
    short kurz courte kort corta breve
note:
    note notes remark remarks comment comments commentaire commentaires bemerkung bemerkungen anmerkung hinweis
    hinweise opmerking opmerkingen nota notas observaciones observacion commento instruction instructions anweisung
    consigne consignes instructies message memo vermerk
status:
    status statut estado stato etat financial
money:
    price prices total totals subtotal cost costs amount amounts amt preis preise betrag summe kosten prix montant
    prijs bedrag precio precios importe coste prezzo prezzi importo costo tax taxes vat mwst ust tva btw iva
    discount discounts rabatt remise korting descuento sconto currency wahrung devise valuta moneda value wert
    valeur waarde valor valore fee fees paid payment payments zahlung paiement betaling pago pagamento ttc credit
    card duty duties gst revenue margin rate rrp msrp eur gbp usd promo coupon voucher gift
ship:
    ship shipping shipto deliver delivery deliveries dispatch despatch dispatching liefer lieferung liefern versand
    livraison expedition leverings levering lever afleveradres aflever verzend verzending bezorg bezorging envio
    entrega spedizione consegna dest livrer zustell sendto
recipient:
    recipient consignee addressee attention attn empfanger empfaenger destinataire ontvanger geadresseerde
    destinatario receiver warenempfanger
bill:
    bill billing billto payer rechnungsadresse facturation facturatie factuuradres facturacion fatturazione
    rechnungsempfanger
customer:
    customer customers cust client clients buyer kunde kunden klant klanten cliente clientes clienti debitor
    debitoren debiteur soldto besteller acheteur koper comprador acquirente kunnr user member
supplier:
    supplier suppliers supp vendor vendors lieferant lieferanten kreditor kreditoren leverancier leveranciers
    fournisseur fournisseurs proveedor proveedores fornitore fornitori seller crediteur lifnr
company:
    company firma firmenname societe bedrijf bedrijfsnaam empresa azienda organisation organization business
    entreprise ragione raison
contact:
    contact ansprechpartner kontakt contactpersoon contacto contatto person
first:
    first firstname given vorname prenom voornaam forename
last:
    last lastname surname nachname family familienname achternaam apellido apellidos cognome
address:
    address addresses addr add adresse adressen adres direccion indirizzo anschrift
street:
    street str strasse rue straat calle via strassenname stras
house:
    house hausnr hausnummer huisnummer huisnr civico housenumber
city:
    city town suburb ort stadt ville plaats woonplaats stad ciudad poblacion localidad citta comune locality ort01
region:
    state county province region bundesland provincie departement provincia kanton regione prov
zip:
    zip zipcode postcode postal plz postleitzahl codepostal cap pstlz post cp
country:
    ctry country land pays pais paese nation staat land1 countrycode
phone:
    phone telephone tel telefon telefonnummer telefono telefoon mobile mobil handy portable gsm fax
email:
    email mail emailadresse courriel correo emails
account:
    account accounts acct konto compte cuenta conto
owner:
    owner depositor mandant mandanten eigentumer deposant depositant propietario tenant principal
warehouse:
    warehouse warehouses whse whs wh wms site depot lager lagerort lagerhaus magazijn entrepot almacen magazzino werks
    werk plant facility dc fc
location:
    location locations bin lagerplatz emplacement locatie ubicacion ubicazione shelf platz
carrier:
    carrier carriers shipper spedition spediteur transporteur vervoerder transportista corriere courier
service:
    method service methode versandart mode verzendwijze metodo servicio lieferart shippingmethod
tracking:
    tracking track trace sendungsnummer suivi seguimiento
priority:
    priority prioritat priorite prioriteit prioridad priorita urgency
date:
    date dates dt dte datum termin fecha data time timestamp zeit uhrzeit heure tijd hora ora day tag jour dag dia
    giorno at on daten
requested:
    requested required request wunsch gewunscht souhaitee souhaite gewenste gewenst deseada solicitada richiesta
    needed need desired promised promise zugesagt confirmed bestatigt latest earliest by
expected:
    expected estimated planned scheduled eta etd erwartet geplant voraussichtlich prevue prevu verwacht verwachte
    geplande prevista previsto estimada planning plan liefertermin eindt vdatu
due:
    due fallig echeance vervaldatum
created:
    created creation placed entered entry erstellt erstellung angelegt cree creee aangemaakt creado creacion creato
    added new
updated:
    modified updated changed update geandert aktualisiert modifie modifiee gewijzigd modificado modificata export
    exported printed import imported paidat
nothing:
    of the a an de la le les l du des d der die das den dem van het een del della dei di do da el los las y und et
    and or for fur pour voor para in im zu zur zum je your our this external original main primary default internal
    info information file field custom label is has qualifier party s al nb current
"""


def _word_list() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    sense = ""
    for line in _WORDS.splitlines():
        if line.endswith(":"):
            sense = line.removesuffix(":")
        for word in line.split() if line.startswith(" ") else ():
            found[word] = found.get(word, frozenset()) | (frozenset() if sense == "nothing" else {sense})
    return found


WORDS: Mapping[str, frozenset[str]] = _word_list()
